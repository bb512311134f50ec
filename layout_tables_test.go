package limen_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

var tableRules = []rule{
	{
		"table",
		"a value that is in no table is never asked, and nobody notices",
		"add it to the table, or say in the table's comment why it is left out and delete it",
		checkTables,
	},
	{
		"verbs",
		"a verb that is declared and not bound is offered and cannot be carried out",
		"bind it in the table that (*Host).Ops returns",
		checkVerbs,
	},
}

// variables returns a file's package variables.
func (f file) variables() (all []*ast.ValueSpec) {
	for _, d := range f.ast.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, s := range g.Specs {
				all = append(all, s.(*ast.ValueSpec))
			}
		}
	}
	return all
}

// checkTables looks in each package for tables, which are variables made as
// []T{…}, and for variables of type T that stand in none of them.
func checkTables(tr tree) (all []breach) {
	for _, p := range tr.packages {
		tables := p.tables()
		for _, f := range p.shipped() {
			for _, spec := range f.variables() {
				for i, name := range spec.Names {
					held, isTable := tables[typeOf(spec, i)]
					if isTable && name.Name != "_" && !held[name.Name] {
						all = append(all, breach{tr.at(name), fmt.Sprintf("%s is a %s and in no table of them", name.Name, typeOf(spec, i))})
					}
				}
			}
		}
	}
	return all
}

// tables returns, for each type that a package has a table of, the names of
// the variables in all of its tables together.
func (p pkg) tables() map[string]map[string]bool {
	tables := map[string]map[string]bool{}
	for _, f := range p.shipped() {
		for _, spec := range f.variables() {
			for _, value := range spec.Values {
				literal, ok := value.(*ast.CompositeLit)
				if !ok {
					continue
				}
				array, ok := literal.Type.(*ast.ArrayType)
				if !ok {
					continue
				}
				element := typeName(array.Elt)
				if !slices.Contains(p.types(), element) {
					continue
				}
				if tables[element] == nil {
					tables[element] = map[string]bool{}
				}
				ast.Inspect(literal, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						tables[element][id.Name] = true
					}
					return true
				})
			}
		}
	}
	return tables
}

// types returns the names of the types a package declares.
func (p pkg) types() (names []string) {
	for _, f := range p.shipped() {
		for _, d := range f.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				for _, s := range g.Specs {
					names = append(names, s.(*ast.TypeSpec).Name.Name)
				}
			}
		}
	}
	return names
}

// typeOf returns the name of variable i's type, as far as its declaration says
// it; pointers count as what they point to.
func typeOf(spec *ast.ValueSpec, i int) string {
	if spec.Type != nil {
		return typeName(spec.Type)
	}
	if i >= len(spec.Values) {
		return ""
	}
	value := spec.Values[i]
	if and, ok := value.(*ast.UnaryExpr); ok && and.Op == token.AND {
		value = and.X
	}
	if literal, ok := value.(*ast.CompositeLit); ok {
		return typeName(literal.Type)
	}
	return ""
}

func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.IndexExpr: // a generic type of one argument
		return typeName(x.X)
	case *ast.IndexListExpr: // and of several
		return typeName(x.X)
	}
	return ""
}

// checkVerbs looks for verbs and feeds of package op that host does not bind.
func checkVerbs(tr tree) (all []breach) {
	host := tr.find("internal/host")
	if len(host.files) == 0 {
		return nil // not written yet
	}
	bound := map[string]bool{}
	for _, f := range host.shipped() {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if by, ok := n.(*ast.SelectorExpr); ok && by.Sel.Name == "By" {
				bound[f.selects(by.X)] = true
			}
			return true
		})
	}
	for _, f := range tr.find("internal/op").shipped() {
		for _, spec := range f.variables() {
			for i, name := range spec.Names {
				kind := typeOf(spec, i)
				if (kind == "Op" || kind == "Feed") && !bound[module+"/internal/op."+name.Name] {
					all = append(all, breach{tr.at(name), fmt.Sprintf("%s is declared, and host binds it to nothing", name.Name)})
				}
			}
		}
	}
	return all
}
