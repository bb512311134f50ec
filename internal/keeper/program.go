package keeper

import (
	"path"
	"slices"
	"strings"
)

// A program is what a command line runs, taken apart. All of it is the
// process's own word.
type program struct {
	names []string // what it may be called: its file, and the script and package it was given
	flags []string // of the interpreter itself, before the script
	args  []string // after the program, or after the script
}

// interpreters run a program that is named by an argument. Version numbers at
// the end, as in python3.11, do not count.
var interpreters = []string{
	"node", "nodejs", "bun", "deno", "python", "ruby", "perl", "php", "dotnet",
	"sh", "bash", "dash", "zsh", "ash", "busybox",
}

// valued are flags of interpreters whose value is the next argument.
var valued = []string{"-r", "--require", "--import", "--loader", "--experimental-loader", "-W", "-X", "-I"}

// inline are flags of interpreters whose value is the program itself.
var inline = []string{"-c", "-e", "--eval", "-p", "--print"}

// readProgram takes a command line apart.
func readProgram(args []string) program {
	if len(args) == 0 {
		return program{}
	}
	name := path.Base(strings.TrimPrefix(args[0], "-")) // login(1) puts a dash before a shell's name
	p := program{names: []string{name}, args: args[1:]}
	bare := strings.TrimRight(name, "0123456789.")
	if !slices.Contains(interpreters, bare) {
		return p
	}
	if bare != name {
		p.names = append(p.names, bare)
	}
	for i := 1; i < len(args); i++ {
		switch a := args[i]; {
		case slices.Contains(inline, a):
			p.flags, p.args = args[1:i+1], nil
			return p
		case a == "-m" && i+1 < len(args): // python -m MODULE
			p.names = append(p.names, args[i+1])
			p.flags, p.args = args[1:i], args[i+2:]
			return p
		case slices.Contains(valued, a):
			i++
		case !strings.HasPrefix(a, "-"):
			p.names = append(p.names, script(a)...)
			p.flags, p.args = args[1:i], args[i+1:]
			return p
		}
	}
	p.flags, p.args = args[1:], nil
	return p
}

// script returns what the script at file may be called: its file name without
// an ending, and the npm package that it belongs to, because many packages
// start with a dist/cli.mjs.
func script(file string) []string {
	base := path.Base(file)
	names := []string{strings.TrimSuffix(base, path.Ext(base))}
	_, after, ok := lastCut(file, "node_modules/")
	if !ok {
		return names
	}
	parts := strings.SplitN(after, "/", 3)
	if len(parts) == 3 && strings.HasPrefix(parts[0], "@") {
		parts = parts[1:]
	}
	if len(parts) > 1 && parts[0] != ".bin" {
		names = append(names, parts[0])
	}
	return names
}

// lastCut is strings.Cut around the last instance of sep.
func lastCut(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// A tool is a program that is known by name, or by name and one argument.
type tool struct {
	name string
	word string // an argument without which it does something else; empty if it needs none
	flag string // such a flag of the interpreter, before any script
}

func (t tool) String() string { return strings.TrimSpace(t.name + " " + t.word + t.flag) }

// find returns the first of the tools that p is.
func (p program) find(tools []tool) (tool, bool) {
	for _, t := range tools {
		if slices.Contains(p.names, t.name) &&
			(t.word == "" || slices.Contains(p.args, t.word)) &&
			(t.flag == "" || slices.Contains(p.flags, t.flag)) {
			return t, true
		}
	}
	return tool{}, false
}

// is reports whether p may be called by one of the names.
func (p program) is(names ...string) bool {
	return slices.ContainsFunc(p.names, func(n string) bool { return slices.Contains(names, n) })
}

// option returns the value of the first of the flags that p was given, as the
// next argument or in the same one, as in -Ldev.
func (p program) option(flags ...string) string {
	for i, a := range p.args {
		for _, f := range flags {
			switch {
			case a == f && i+1 < len(p.args):
				return p.args[i+1]
			case len(f) == 2 && len(a) > 2 && strings.HasPrefix(a, f) && !strings.HasPrefix(a, "--"):
				return a[2:]
			}
		}
	}
	return ""
}
