package limen_test

import (
	"go/ast"
	"iter"
	"slices"
	"strings"
)

// worldRules keep the world out of the logic: the program's end, the clock,
// the environment and the kind of machine come in from above, so that a test
// can put its own in their place.
var worldRules = []rule{
	{
		"exit",
		"nobody but main ends the program: deferred calls would not run, and no test could go on",
		"return an error; a panic is for Must functions alone",
		func(tr tree) []breach {
			return append(uses(tr, logic, "os.Exit", "syscall.Exit", "log.Fatal*", "log.Panic*", "runtime.Goexit"), panics(tr)...)
		},
	},
	{
		"clock",
		"golden output and tests of time depend on a clock that can be set",
		"take a Now func() time.Time field, and let time.Now be its default; only a function called now may call it",
		func(tr tree) []breach { return calls(tr, "now", "time.Now", "time.Since", "time.Until") },
	},
	{
		"environment",
		"a variable read deep inside is a setting nobody can find, and one a test cannot give",
		"take it as a field or an argument, or take a Getenv func(string) string and let os.Getenv be its default; only a function called getenv may call it",
		func(tr tree) []breach {
			return calls(tr, "getenv", "os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.UserHomeDir")
		},
	},
	{
		"system",
		"a switch on the system is code that no other system compiles or tests",
		"give each system its file, NAME_linux.go and NAME_other.go, with one variable or function that the portable half needs",
		func(tr tree) []breach { return uses(tr, logic, "runtime.GOOS", "runtime.GOARCH") },
	},
	{
		"sleep",
		"a sleep is too long on a fast machine and too short on a slow one, and cannot be cancelled",
		"wait for the thing itself, use a timer beside ctx.Done(), or testing/synctest",
		func(tr tree) []breach { return uses(tr, everything, "time.Sleep") },
	},
}

// logic is what a user runs: no tests, no fixtures, no generators.
func logic(f file) bool {
	return !f.isTest && !f.isGenerator && !slices.Contains(fixtures, f.dir)
}

func everything(file) bool { return true }

// uses finds where names of the standard library are used, such as "os.Exit";
// a star at the end stands for any ending.
func uses(tr tree, in func(file) bool, names ...string) (all []breach) {
	for f, d := range tr.declarations(in) {
		ast.Inspect(d, func(n ast.Node) bool {
			full := f.selects(n)
			for _, want := range names {
				prefix, isPrefix := strings.CutSuffix(want, "*")
				if full == want || isPrefix && strings.HasPrefix(full, prefix) {
					all = append(all, breach{tr.at(n), "uses " + full})
				}
			}
			return true
		})
	}
	return all
}

// calls finds where the logic calls names of the standard library. To hand one
// on as a value is fine: that is how the real one becomes the default. So is a
// call in the function named home, which answers where no other was given.
func calls(tr tree, home string, names ...string) (all []breach) {
	for f, d := range tr.declarations(logic) {
		if nameOf(d) == home {
			continue
		}
		for call := range callsIn(d) {
			if full := f.selects(call.Fun); slices.Contains(names, full) {
				all = append(all, breach{tr.at(call), "calls " + full})
			}
		}
	}
	return all
}

// panics finds calls of panic outside functions that say so in their name.
func panics(tr tree) (all []breach) {
	for _, d := range tr.declarations(logic) {
		if strings.HasPrefix(strings.ToLower(nameOf(d)), "must") {
			continue
		}
		for call := range callsIn(d) {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
				all = append(all, breach{tr.at(call), "panics"})
			}
		}
	}
	return all
}

// nameOf returns the name of a function; "" for other declarations.
func nameOf(d ast.Decl) string {
	if fn, ok := d.(*ast.FuncDecl); ok {
		return fn.Name.Name
	}
	return ""
}

func callsIn(d ast.Decl) iter.Seq[*ast.CallExpr] {
	return func(yield func(*ast.CallExpr) bool) {
		for n := range ast.Preorder(d) {
			if call, ok := n.(*ast.CallExpr); ok && !yield(call) {
				return
			}
		}
	}
}
