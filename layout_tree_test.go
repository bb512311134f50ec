package limen_test

import (
	"bytes"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that every import of this repository begins with.
const module = "github.com/limenhq/limen"

// A tree is all Go files of a repository, for every operating system at once.
// The files themselves are parsed: the go command sees one system only, and
// its cache calls a broken tree good, because it cannot know that a test
// depends on files of other packages.
type tree struct {
	packages []pkg
	fset     *token.FileSet
}

// A pkg is one directory with Go files.
type pkg struct {
	dir   string // "." for the root
	files []file
}

// A file is one parsed Go file.
type file struct {
	path        string
	dir         string
	ast         *ast.File
	lines       int
	isTest      bool
	isGenerator bool // a program of its own that go generate runs; the package does not have it
	isGenerated bool
	isTied      bool // built on some systems only, by its name or a build tag
}

// readTree parses every Go file below fsys. Directories that the go command
// does not look into are left out.
func readTree(t *testing.T, fsys fs.FS) tree {
	t.Helper()
	tr := tree{fset: token.NewFileSet()}
	at := map[string]int{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		f, err := tr.parse(fsys, name)
		if err != nil {
			return err
		}
		i, ok := at[f.dir]
		if !ok {
			i = len(tr.packages)
			at[f.dir] = i
			tr.packages = append(tr.packages, pkg{dir: f.dir})
		}
		tr.packages[i].files = append(tr.packages[i].files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr tree) parse(fsys fs.FS, name string) (file, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file{}, err
	}
	parsed, err := parser.ParseFile(tr.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	tag := buildTag(parsed)
	return file{
		path:        name,
		dir:         path.Dir(name),
		ast:         parsed,
		lines:       bytes.Count(text, []byte("\n")),
		isTest:      strings.HasSuffix(name, "_test.go"),
		isGenerator: tag == "ignore",
		isGenerated: ast.IsGenerated(parsed),
		isTied:      tag != "" || hasSystemSuffix(name),
	}, nil
}

// buildTag returns what stands after //go:build, or "".
func buildTag(f *ast.File) string {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() > f.Package {
				return ""
			}
			if x, err := constraint.Parse(c.Text); err == nil {
				return x.String()
			}
		}
	}
	return ""
}

// systems are the endings that tie a file to an operating system or processor
// (go help buildconstraint); of the long list, those we build for.
var systems = []string{"linux", "darwin", "windows", "freebsd", "unix", "amd64", "arm64"}

// hasSystemSuffix reports whether the go command builds a file of this name on
// some systems only. It takes "unix" too, which go does not: a reader would.
func hasSystemSuffix(name string) bool {
	words := strings.Split(strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test"), "_")
	return len(words) > 1 && slices.Contains(systems, words[len(words)-1])
}

// find returns the package in dir; empty if there is none.
func (tr tree) find(dir string) pkg {
	for _, p := range tr.packages {
		if p.dir == dir {
			return p
		}
	}
	return pkg{dir: dir}
}

// at returns where a node stands, as file:line.
func (tr tree) at(n ast.Node) string {
	p := tr.fset.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// declarations yields every declaration of every file that keep lets through.
func (tr tree) declarations(keep func(file) bool) iter.Seq2[file, ast.Decl] {
	return func(yield func(file, ast.Decl) bool) {
		for _, p := range tr.packages {
			for _, f := range p.files {
				for _, d := range f.ast.Decls {
					if keep(f) && !yield(f, d) {
						return
					}
				}
			}
		}
	}
}

// shipped returns the files that the package itself is made of: no tests, no
// generators.
func (p pkg) shipped() []file {
	return slices.DeleteFunc(slices.Clone(p.files), func(f file) bool { return f.isTest || f.isGenerator })
}

// name returns the package's name, as its own files say it.
func (p pkg) name() string {
	for _, f := range p.shipped() {
		return f.ast.Name.Name
	}
	return path.Base(p.dir)
}

// functions returns the functions a file declares.
func (f file) functions() (all []*ast.FuncDecl) {
	for _, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			all = append(all, fn)
		}
	}
	return all
}

// importPath returns the path an import names, without quotes.
func importPath(i *ast.ImportSpec) string {
	p, _ := strconv.Unquote(i.Path.Value)
	return p
}

// selects returns what n names in a package that f imports, such as
// "time.Now", or "" if n is something else. It goes by names: a local variable
// called like an import would be taken for it, so there must be none.
func (f file) selects(n ast.Node) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, i := range f.ast.Imports {
		p := importPath(i)
		if i.Name != nil && i.Name.Name == x.Name || i.Name == nil && path.Base(p) == x.Name {
			return p + "." + sel.Sel.Name
		}
	}
	return ""
}
