package limen_test

import (
	"fmt"
	"go/ast"
	"iter"
	"maps"
	"slices"
	"strings"
)

var importRules = []rule{
	{
		"listed",
		"a package that stands in no list has no place, and its imports no rule",
		"find it a place in ARCHITECTURE.md, then give it a line in arrows, in layout_test.go; no package stands below another",
		checkListed,
	},
	{
		"arrows",
		"all arrows point down and capabilities know no sibling, so that each can be read, tested and replaced alone",
		"move the code to where its arrow may start, or let host hand the result over; do not add the arrow to make a build pass",
		checkArrows,
	},
	{
		"fixtures",
		"what only tests use may do what the program must not",
		"import it from a _test.go file, or move what the program needs out of it",
		checkFixtures,
	},
	{
		"doors",
		"a library with one door can be judged in one place, and replaced there",
		"go through the package that has the door; for a new library add a line to doors, in layout_test.go, with the reason",
		checkDoors,
	},
	{
		"blank import",
		"an import for its effect changes the program from a distance",
		"call what it does where it is needed (embed alone is imported so, because go:embed asks for it)",
		eachImport(func(i *ast.ImportSpec) bool { return hasName(i, "_") && importPath(i) != "embed" }, "imports %s for its effect"),
	},
	{
		"dot import",
		"a name without its package cannot be looked up",
		"import the package by its name",
		eachImport(func(i *ast.ImportSpec) bool { return hasName(i, ".") }, "imports the names of %s as its own"),
	},
}

// policy is arrows, read: each package and what it may import.
type policy map[string][]string

// readPolicy reads arrows. It panics on a line it cannot read, because then no
// rule would hold.
func readPolicy(text string) policy {
	var (
		p     = policy{}
		kinds = map[string][]string{}
	)
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		may := strings.Fields(rest)
		switch {
		case name == "":
			continue
		case !ok:
			panic("arrows has a line without a colon: " + line)
		case name == "capabilities", name == "leaves":
			for _, c := range may {
				kinds[name] = append(kinds[name], "internal/"+c)
			}
			continue
		}
		for kind, all := range kinds {
			if i := slices.Index(may, kind); i >= 0 {
				may = slices.Concat(may[:i], all, may[i+1:])
			}
		}
		if name != "each capability" {
			p[name] = may
			continue
		}
		for _, c := range kinds["capabilities"] {
			p[c] = may
		}
	}
	return p
}

func checkListed(tr tree) (all []breach) {
	p := readPolicy(arrows)
	for _, k := range tr.packages {
		if _, ok := p[k.dir]; !ok {
			all = append(all, breach{k.dir, fmt.Sprintf("package %s is not in the list", k.name())})
		}
	}
	return all
}

func checkArrows(tr tree) (all []breach) {
	p := readPolicy(arrows)
	for f, i := range imports(tr) {
		to, ours := inModule(importPath(i))
		// A test of package x may import x itself, and the fixtures.
		isTestsOwn := f.isTest && (to == f.dir || slices.Contains(fixtures, to))
		may, listed := p[f.dir]
		if ours && listed && !isTestsOwn && !slices.Contains(fixtures, to) && !slices.Contains(may, to) {
			all = append(all, breach{tr.at(i), fmt.Sprintf("%s imports %s, and may import %s", f.dir, to, inWords(may))})
		}
	}
	return all
}

func checkFixtures(tr tree) (all []breach) {
	for f, i := range imports(tr) {
		to, ours := inModule(importPath(i))
		if ours && slices.Contains(fixtures, to) && !f.isTest && !slices.Contains(fixtures, f.dir) {
			all = append(all, breach{tr.at(i), fmt.Sprintf("imports %s, which is for tests only", to)})
		}
	}
	return all
}

func checkDoors(tr tree) (all []breach) {
	for f, i := range imports(tr) {
		library := importPath(i)
		_, ours := inModule(library)
		d, known := doorOf(library)
		first, _, _ := strings.Cut(library, "/")
		switch {
		case ours:
		case !known && strings.Contains(first, "."):
			all = append(all, breach{tr.at(i), fmt.Sprintf("imports %s, which is in no list of libraries", library)})
		case known && !d.opensFor(f):
			all = append(all, breach{tr.at(i), fmt.Sprintf("imports %s, which may be imported by %s (%s)", library, inWords(d.open), d.why)})
		}
	}
	return all
}

// doorOf returns the door of a library: the one with the longest path that
// stands for it.
func doorOf(library string) (best door, ok bool) {
	for _, d := range doors {
		if (library == d.library || strings.HasPrefix(library, d.library+"/")) && len(d.library) > len(best.library) {
			best, ok = d, true
		}
	}
	return best, ok
}

func (d door) opensFor(f file) bool {
	return slices.Contains(d.open, f.path) || slices.Contains(d.open, f.dir) ||
		(f.isTest || slices.Contains(fixtures, f.dir)) && slices.Contains(d.open, "tests") ||
		f.isGenerator && slices.Contains(d.open, "generators")
}

// imports yields every import of every file, generators too: they come from
// the same repository and are run on the same machines.
func imports(tr tree) iter.Seq2[file, *ast.ImportSpec] {
	return func(yield func(file, *ast.ImportSpec) bool) {
		for _, p := range tr.packages {
			for _, f := range p.files {
				for _, i := range f.ast.Imports {
					if !yield(f, i) {
						return
					}
				}
			}
		}
	}
}

// eachImport makes a check that finds every import that is bad.
func eachImport(bad func(*ast.ImportSpec) bool, what string) func(tree) []breach {
	return func(tr tree) (all []breach) {
		for _, i := range imports(tr) {
			if bad(i) {
				all = append(all, breach{tr.at(i), fmt.Sprintf(what, importPath(i))})
			}
		}
		return all
	}
}

func hasName(i *ast.ImportSpec, name string) bool { return i.Name != nil && i.Name.Name == name }

// inModule returns the directory of an import of this module, and whether it
// is one.
func inModule(p string) (dir string, ok bool) {
	if p == module {
		return ".", true
	}
	return strings.CutPrefix(p, module+"/")
}

func inWords(places []string) string {
	if len(places) == 0 {
		return "nothing"
	}
	return strings.Join(slices.Sorted(maps.Keys(set(places))), ", ")
}

func set(words []string) map[string]bool {
	s := map[string]bool{}
	for _, w := range words {
		s[w] = true
	}
	return s
}
