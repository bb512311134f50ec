package limen_test

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

var structureRules = []rule{
	{
		"package comment",
		"the package comment is the reference, and a reader looks for it in the file of the package's name",
		`write one, beginning "Package NAME " ("Command NAME " for a program), above the package clause of NAME.go (main.go), and nowhere else`,
		checkPackageComment,
	},
	{
		"init",
		"what runs before main cannot be ordered, tested or left out, and every start pays for it",
		"make it a value that is built where it is used, or a sync.OnceValue",
		checkInit,
	},
	{
		"fixed",
		"a package variable that changes is an argument nobody sees, and two tests cannot run beside each other",
		"make it a field of a struct, or an argument",
		checkFixed,
	},
	{
		"parser",
		"parsers carry no build tag, so that each is tested and fuzzed on every machine, those we do not own included",
		"move the parser to a file without a system in its name or tag, and leave only the system calls here",
		checkParsers,
	},
	{
		"fuzzed",
		"what a parser reads was written by someone else",
		"add a FuzzXxx beside the parser's tests",
		checkFuzzed,
	},
	{
		"tested",
		"code without a test is a guess",
		"add a test, named for a claim",
		checkTested,
	},
	{
		"size",
		"a file is read in one sitting, or not at all",
		"look for the second noun, and give it a file",
		checkSize,
	},
	{
		"todo",
		"a note without an issue is a promise nobody keeps",
		"open an issue and name it in the comment (#12), or do it now",
		checkTodo,
	},
}

func checkPackageComment(tr tree) (all []breach) {
	for _, p := range tr.packages {
		home, begins := p.commentHome()
		found := false
		for _, f := range p.files {
			switch {
			case f.isGenerator || f.ast.Doc == nil:
			case f.path != home:
				all = append(all, breach{f.path, fmt.Sprintf("has a package comment, which belongs in %s", home)})
			case !strings.HasPrefix(f.ast.Doc.Text(), begins):
				all = append(all, breach{f.path, fmt.Sprintf("the package comment does not begin with %q", begins)})
				found = true
			default:
				found = true
			}
		}
		if !found && len(p.shipped()) > 0 {
			all = append(all, breach{home, fmt.Sprintf("package %s has no package comment here", p.name())})
		}
	}
	return all
}

// commentHome returns the file that a package's comment belongs in, and how
// the comment begins.
func (p pkg) commentHome() (name, begins string) {
	if p.name() == "main" {
		return path.Join(p.dir, "main.go"), "Command " + path.Base(p.dir) + " "
	}
	return path.Join(p.dir, p.name()+".go"), "Package " + p.name() + " "
}

func checkInit(tr tree) (all []breach) {
	for _, p := range tr.packages {
		for _, f := range p.files {
			for _, fn := range f.functions() {
				if fn.Recv == nil && fn.Name.Name == "init" {
					all = append(all, breach{tr.at(fn), "declares func init"})
				}
			}
		}
	}
	return all
}

var parserName = regexp.MustCompile(`^[pP]arse([A-Z0-9]|$)`)

func checkParsers(tr tree) (all []breach) {
	for _, p := range tr.packages {
		for _, f := range p.shipped() {
			for _, fn := range f.functions() {
				if f.isTied && parserName.MatchString(fn.Name.Name) {
					all = append(all, breach{tr.at(fn), fmt.Sprintf("%s is built on some systems only", fn.Name.Name)})
				}
			}
		}
	}
	return all
}

func checkFuzzed(tr tree) (all []breach) {
	for _, p := range tr.packages {
		for _, f := range p.shipped() {
			for _, fn := range f.functions() {
				if parserName.MatchString(fn.Name.Name) && len(p.tests("Fuzz")) == 0 {
					all = append(all, breach{tr.at(fn), fmt.Sprintf("%s is a parser, and package %s fuzzes nothing", fn.Name.Name, p.name())})
				}
			}
		}
	}
	return all
}

func checkTested(tr tree) (all []breach) {
	for _, p := range tr.packages {
		if len(p.shipped()) > 0 && len(p.tests("Test")) == 0 {
			all = append(all, breach{p.dir, fmt.Sprintf("package %s has no test", p.name())})
		}
	}
	return all
}

// tests returns the tests of a package whose names have a prefix: Test, Fuzz.
// TestMain is none.
func (p pkg) tests(prefix string) (names []string) {
	for _, f := range p.files {
		if !f.isTest {
			continue
		}
		for _, fn := range f.functions() {
			if fn.Recv == nil && strings.HasPrefix(fn.Name.Name, prefix) && fn.Name.Name != "TestMain" {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}

// mostLines is where a file is too long; at 400 one looks for the second noun.
const mostLines = 600

func checkSize(tr tree) (all []breach) {
	for _, p := range tr.packages {
		for _, f := range p.files {
			if f.lines > mostLines && !f.isGenerated {
				all = append(all, breach{f.path, fmt.Sprintf("has %d lines, and %d are the most", f.lines, mostLines)})
			}
		}
	}
	return all
}

var (
	todo  = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	issue = regexp.MustCompile(`#\d+|https://\S+/issues/\d+`)
)

func checkTodo(tr tree) (all []breach) {
	for _, p := range tr.packages {
		for _, f := range p.files {
			for _, group := range f.ast.Comments {
				for _, c := range group.List {
					if note := todo.FindString(c.Text); note != "" && !issue.MatchString(c.Text) {
						all = append(all, breach{tr.at(c), fmt.Sprintf("a %s names no issue", note)})
					}
				}
			}
		}
	}
	return all
}
