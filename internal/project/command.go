package project

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A command is a command line, read as the language of its program reads it.
type command struct {
	family family
	names  []string // what the program is called, each as good as the others
	args   []string // all arguments, flags included
	files  []string // what it consists of, as far as the command line says
	module string   // the module to run
}

// Nobody's server needs more to be recognised, and a command line may have a
// hundred thousand arguments.
const (
	maxArgs  = 256
	maxTitle = 256
)

// readCommand reads the command line of p. Its language is that of the
// executable, which the kernel vouches for, where that may be seen.
func readCommand(p limen.Process) command {
	program := programName(p.Executable)
	argv := p.Command[:min(len(p.Command), maxArgs)]
	if len(argv) == 0 {
		return command{names: []string{program}}
	}
	title := titleWords(argv[0])
	if program == "" {
		program = programName(title[0])
	}
	l := languageOf(program)
	c := command{family: l.family, names: []string{program}, args: argv[1:]}
	if l.family == native {
		return c // its name is all there is, and argv[0] is anyone's to choose
	}
	if languageOf(programName(title[0])).family == native {
		c.names = append(c.names, fileName(title[0]))
	}
	if len(title) > 1 {
		c.args = append(title[1:], c.args...)
		return c // whatever follows is what the title did not cover
	}
	c.readOperand(l)
	return c
}

// titleWords splits a title, which a program writes over its own command line
// to say what it does, as in "puma 6.4.2 (tcp://0.0.0.0:3000) [shop]" or
// "gunicorn: master [shop]". A path is not a title, whatever spaces it has.
func titleWords(arg string) []string {
	if filepath.IsAbs(arg) {
		return []string{arg}
	}
	words := strings.Fields(arg[:min(len(arg), maxTitle)])
	if len(words) == 0 {
		return []string{arg}
	}
	words[0] = strings.TrimSuffix(words[0], ":")
	return words
}

// readOperand finds what the language runs: the first argument that is
// neither a flag nor the value of one.
func (c *command) readOperand(l language) {
	if l.family == beam {
		// What comes after -extra is for the program; the rest is for the
		// machine that runs it (erl(1)).
		if i := slices.Index(c.args, "-extra"); i >= 0 {
			c.names = append(c.names, c.args[i+1:]...)
		}
		return
	}
	for i := 0; i < len(c.args); i++ {
		arg, next := c.args[i], ""
		if i+1 < len(c.args) {
			next = c.args[i+1]
		}
		switch {
		case slices.Contains(l.code, arg):
			return
		case l.module != "" && arg == l.module:
			c.module = next
			top, _, _ := strings.Cut(next, ".")
			c.names = append(c.names, top)
			return
		case slices.Contains(l.paths, arg):
			c.files = append(c.files, filepath.SplitList(next)...)
			i++
		case slices.Contains(l.values, arg):
			i++
		case strings.HasPrefix(arg, "-") || slices.Contains(l.runners, fileName(arg)):
		default:
			c.names = append(c.names, fileName(arg))
			if l.family != java || isArchive(arg) { // else a class, to be found in one of the paths
				c.files = append(c.files, arg)
			}
			return
		}
	}
}

func isArchive(file string) bool {
	return strings.HasSuffix(file, ".jar") || strings.HasSuffix(file, ".war")
}

// packageDirs are the directories whose children are packages, with how many
// elements the name of a package has.
var packageDirs = []struct {
	name     string
	elements int
}{
	{"node_modules", 1}, // and one more for those of a @scope
	{"site-packages", 1},
	{"dist-packages", 1},
	{"vendor", 2}, // Composer's
}

// binDirs are children of the same directories that hold programs of any
// package; bundle is where Bundler puts all it installs.
var binDirs = []string{".bin", "bin", "bundle"}

// fileName returns what a person calls the program in a file: the package it
// is part of if it is installed as one, else the file's own name.
func fileName(file string) string {
	elements := strings.Split(filepath.ToSlash(file), "/")
	for i := len(elements) - 2; i >= 0; i-- {
		for _, d := range packageDirs {
			if elements[i] != d.name {
				continue
			}
			in := elements[i+1:]
			n := d.elements
			if strings.HasPrefix(in[0], "@") {
				n++
			}
			if slices.Contains(binDirs, in[0]) || len(in) < n {
				return elements[len(elements)-1]
			}
			return strings.TrimSuffix(strings.Join(in[:n], "/"), ".py")
		}
	}
	return strings.TrimSuffix(elements[len(elements)-1], ".exe")
}

// says returns the first of the words that the command says, or nothing.
func (c command) says(words []string) string {
	for _, w := range words {
		name, args, _ := strings.Cut(w, " ")
		if slices.Contains(c.names, name) && (args == "" || slices.Contains(c.args, args)) {
			return w
		}
	}
	return ""
}
