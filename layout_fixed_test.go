package limen_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// checkFixed finds assignments to package variables. It knows no types, so a
// change through a pointer or a method passes; reviewers have to see those.
func checkFixed(tr tree) (all []breach) {
	for _, p := range tr.packages {
		if slices.Contains(fixtures, p.dir) {
			continue
		}
		vars := p.variables()
		for _, f := range p.shipped() {
			for _, fn := range f.functions() {
				local := localNames(fn)
				for _, target := range changed(fn) {
					if vars[target.Name] && !local[target.Name] {
						all = append(all, breach{tr.at(target), fmt.Sprintf("%s changes the package variable %s", fn.Name.Name, target.Name)})
					}
				}
			}
		}
	}
	return all
}

// variables returns the names of a package's variables.
func (p pkg) variables() map[string]bool {
	names := map[string]bool{}
	for _, f := range p.shipped() {
		for _, spec := range f.variables() {
			for _, n := range spec.Names {
				names[n.Name] = true
			}
		}
	}
	return names
}

// localNames returns every name that a function declares anywhere. One that is
// also a package variable's is then taken for the local one: the rule may miss
// a change behind such a shadow, and never blames an innocent line.
func localNames(fn *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	add := func(exprs ...ast.Expr) {
		for _, e := range exprs {
			if id, ok := e.(*ast.Ident); ok {
				names[id.Name] = true
			}
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				names[id.Name] = true
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				names[id.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(n.Lhs...)
			}
		case *ast.RangeStmt:
			add(n.Key, n.Value)
		}
		return true
	})
	return names
}

// changed returns the variables that a function assigns to, or to a part of.
func changed(fn *ast.FuncDecl) (all []*ast.Ident) {
	add := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.Ident:
				all = append(all, x)
				return
			case *ast.SelectorExpr:
				e = x.X
			case *ast.IndexExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.ParenExpr:
				e = x.X
			default:
				return
			}
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					add(e)
				}
			}
		case *ast.IncDecStmt:
			add(n.X)
		}
		return true
	})
	return all
}
