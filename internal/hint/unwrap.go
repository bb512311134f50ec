package hint

import (
	"path"
	"slices"
	"strings"
)

// A wrapper is a program that starts another one, which its own command line
// names: what is added at the end is the other's.
type wrapper struct {
	program string
	command string   // the word that makes it one: "exec"
	values  []string // its options that take the next word
	stops   []string // options after which the rest is something else
	module  string   // its option that names the program as a module

	assigns bool // NAME=value may come first
	fenced  bool // it reads options at any place, so the other's stand behind "--"
	after   bool // the other begins behind "--"
	file    bool // it starts a file of the project, not a program of that name
}

// wrappers are all that are seen through. Left out are those that start
// something at another place (docker, ssh, sudo with its own environment) or
// whenever a file changes (nodemon, watchexec), since what they pass on
// depends on their configuration.
var wrappers = []wrapper{
	{program: "env", values: []string{"-u", "--unset", "-C", "--chdir"}, stops: []string{"-S", "--split-string"}, assigns: true},
	{program: "cross-env", assigns: true},
	{program: "dotenv", after: true},
	{program: "dotenvx", command: "run", after: true},
	{program: "doppler", command: "run", after: true},
	{program: "op", command: "run", after: true},
	{program: "mise", command: "exec", after: true},
	{program: "mise", command: "x", after: true},
	{program: "nohup"},
	{program: "nice", values: []string{"-n"}},

	{program: "npx", values: []string{"-p", "--package"}, stops: []string{"-c", "--call", "-w", "--workspace"}},
	{program: "npm", command: "exec", values: []string{"--package"}, stops: []string{"-c", "--call", "-w", "--workspace"}, fenced: true},
	{program: "npm", command: "x", values: []string{"--package"}, stops: []string{"-c", "--call", "-w", "--workspace"}, fenced: true},
	{program: "pnpm", command: "exec", stops: []string{"-r", "--recursive", "-c", "--shell-mode"}},
	{program: "pnpm", command: "dlx", values: []string{"--package"}, stops: []string{"-c", "--shell-mode"}},
	{program: "pnpx"},
	{program: "yarn", command: "exec"},
	{program: "yarn", command: "dlx", values: []string{"-p", "--package"}},
	{program: "bunx", values: []string{"-p", "--package"}},
	{program: "bun", command: "x", values: []string{"-p", "--package"}},

	{program: "uv", command: "run", values: []string{"--with", "--python", "-p", "--extra", "--group", "--project", "--directory", "--env-file", "--package"}, module: "-m"},
	{program: "uvx", values: []string{"--from", "--with", "--python", "-p"}},
	{program: "poetry", command: "run"},
	{program: "pipenv", command: "run"},
	{program: "pdm", command: "run"},
	{program: "pipx", command: "run", stops: []string{"--spec"}},
	{program: "conda", command: "run", values: []string{"-n", "--name", "-p", "--prefix"}},
	{program: "bundle", command: "exec"},

	{program: "node", values: []string{"-r", "--require", "--import", "--loader", "--env-file", "-C", "--conditions"}, stops: []string{"-e", "--eval", "-p", "--print", "--run", "--test"}, file: true},
	{program: "python", values: []string{"-W", "-X"}, stops: []string{"-c"}, module: "-m", file: true},
	{program: "ruby", values: []string{"-I", "-r"}, stops: []string{"-e"}, file: true},
	{program: "php", values: []string{"-d", "-c"}, stops: []string{"-r", "-S", "-B", "-R", "-F", "-E"}, file: true},
}

// unwrap takes one wrapper off.
func (l line) unwrap() (inner line, ok bool) {
	if len(l.words) == 0 {
		return l, false
	}
	name := nameOf(l.words[0])
	for _, w := range wrappers {
		if w.program != name && w.program != withoutVersion(name) {
			continue
		}
		if inner, ok := w.open(l); ok {
			return inner, true
		}
	}
	return l, false
}

// open finds the program that a wrapper starts.
func (w wrapper) open(l line) (inner line, ok bool) {
	inner = l
	words := l.words[1:]
	if w.command != "" {
		if len(words) == 0 || words[0] != w.command {
			return l, false
		}
		words = words[1:]
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			inner.words = words[i+1:]
			return inner, len(inner.words) > 0
		case isOneOf(word, w.stops):
			return l, false
		case w.module != "" && word == w.module:
			inner.words = words[i+1:]
			return inner, len(inner.words) > 0
		case slices.Contains(w.values, word):
			i++
		case strings.HasPrefix(word, "-"):
		case w.assigns && isAssignment(word):
			inner.assigned = slices.Concat(inner.assigned, words[i:i+1])
		case w.after: // an option's value
		default:
			return w.start(inner, words[i:])
		}
	}
	return l, false
}

// start is open where the program's word was met.
func (w wrapper) start(inner line, words []string) (line, bool) {
	inner.words = words
	if w.fenced {
		inner.fence()
		inner.words = slices.Concat(words[:1], behindFence(words[1:]))
		inner.moved = true
	}
	if w.file {
		inner.language = w.program
		if path.Base(slashes(words[0])) == words[0] {
			inner.words = slices.Concat([]string{"./" + words[0]}, words[1:])
		}
	}
	return inner, true
}

// executables are endings by which Windows finds a program, and those of files
// that packages install as one.
var executables = []string{".exe", ".cmd", ".bat", ".ps1"}

// nameOf returns what a program is called in the table: its base name if it is
// an installed one, else "./" and its base name, since a file of the project
// may be called anything.
func nameOf(word string) string {
	clean := path.Clean(slashes(word))
	dir, base := path.Split(clean)
	for _, ending := range executables {
		if len(base) > len(ending) && strings.EqualFold(base[len(base)-len(ending):], ending) {
			base = base[:len(base)-len(ending)]
		}
	}
	dirs := strings.Split(strings.Trim(dir, "/"), "/")
	switch {
	case slices.Contains(dirs, "node_modules"):
		return strings.TrimSuffix(base, path.Ext(base))
	case strings.HasPrefix(word, "@"): // a package of a scope, as npx takes it
		return withoutRelease(word)
	case clean == slashes(word) && dir == "" && path.Ext(base) != ".py":
		return withoutRelease(base)
	case slices.Contains(binaries, dirs[len(dirs)-1]) && (path.IsAbs(dir) || len(dirs) > 1):
		return base
	}
	return "./" + base
}

// binaries are directories of installed programs. Directly below a project,
// bin holds its own scripts.
var binaries = []string{"bin", "sbin", "Scripts", ".bin"}

// slashes makes one kind of separator of both: a command line that is read
// here may be of any system.
func slashes(word string) string { return strings.ReplaceAll(word, `\`, "/") }

// withoutRelease takes the release off a package's name: "vite@5".
func withoutRelease(name string) string {
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		return name[:i]
	}
	return name
}

// withoutVersion takes the version off an interpreter's name: "python3.11".
func withoutVersion(name string) string { return strings.TrimRight(name, "0123456789.") }
