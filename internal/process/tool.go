package process

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tool is a command that is written for an interpreter and that people call
// by its own name. Any command that is installed is one; those listed here
// have options that stand before the words that matter.
type tool struct {
	name   string
	takes  []string               // options that take the next argument
	words  int                    // how many words belong to the name; 0 means one
	picks  func(word string) bool // the word must be such a one; nil means any
	always bool                   // also if it is run as a module or by a relative path
}

var tools = []tool{
	// Servers of Python applications: module:object names what they serve,
	// wherever it stands.
	{name: "gunicorn", picks: isApplication, always: true},
	{name: "uvicorn", picks: isApplication, always: true},
	{name: "hypercorn", picks: isApplication, always: true},
	{name: "granian", picks: isApplication, always: true},
	{name: "daphne", picks: isApplication, always: true},
	{name: "waitress-serve", picks: isApplication, always: true},
	// Which application these run comes before what they do with it.
	{name: "flask", takes: []string{"-A", "--app", "-e", "--env-file"}, always: true},
	{name: "celery", takes: []string{"-A", "--app", "-b", "--broker", "--workdir"}, always: true},
	// These only start another, which is their second word.
	{name: "bundle", words: 2},
	{name: "npm", words: 2},
	{name: "pnpm", words: 2},
	{name: "yarn", words: 2},
}

// toolNamed returns the tool called name. One that is not listed has no
// options that are known.
func toolNamed(name string) (t tool, listed bool) {
	if i := slices.IndexFunc(tools, func(t tool) bool { return t.name == name }); i >= 0 {
		return tools[i], true
	}
	return tool{name: name}, false
}

// called returns what a run of the tool with these arguments is called.
func (t tool) called(args []string) string {
	name, left := t.name, max(t.words, 1)
	_, listed := toolNamed(t.name)
	for i := 0; i < len(args) && left > 0; i++ {
		switch word := args[i]; {
		case isOption(word) && !listed:
			return name // what follows may be the option's own
		case slices.Contains(t.takes, word):
			i++
		case isOption(word):
		case t.picks != nil && !t.picks(word):
		case path.IsAbs(word) || strings.Contains(word, "://") || word == "":
			return name
		default:
			name += " " + word
			left--
		}
	}
	return name
}

// isApplication reports whether a word is module:object as servers of Python
// applications take it, and not the host:port of some option.
func isApplication(word string) bool {
	module, object, ok := strings.Cut(word, ":")
	return ok && startsName(module) && startsName(object) && !strings.Contains(module, "/")
}

// startsName reports whether s begins as a name of Python does.
func startsName(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || unicode.IsLetter(r)
}

// script returns what an interpreter is called that runs a file with
// arguments: the file's own name if it is a command, else both.
func script(interpreter, file string, args []string) string {
	if name := packageCommand(file); name != "" {
		t, _ := toolNamed(name)
		return t.called(args)
	}
	t, listed := toolNamed(path.Base(file))
	if isInstalled(file) || listed && t.always {
		return t.called(args)
	}
	return interpreter + " " + shortPath(file)
}

// module returns what an interpreter is called that an option tells what to run.
func module(interpreter, option, value string, args []string) string {
	if t, listed := toolNamed(value); listed && t.always && option == "-m" {
		return t.called(args)
	}
	if option == "-c" { // a shell's text, which can be a whole script
		line, _, _ := strings.Cut(strings.TrimSpace(value), "\n")
		return interpreter + " -c " + line
	}
	return interpreter + " " + option + " " + shortPath(value)
}

// isInstalled reports whether a file is a command that was installed: it lies
// in a bin directory by its full path, and its name does not give away what
// it is written in. A project's own bin/rails is typed as it is.
func isInstalled(file string) bool {
	if !path.IsAbs(file) || path.Ext(file) != "" {
		return false
	}
	dir := path.Base(path.Dir(file))
	return dir == "bin" || dir == "sbin"
}

// packageCommand returns the command of the npm package that a file belongs
// to, or nothing: next for both node_modules/.bin/next and
// node_modules/next/dist/bin/next.
func packageCommand(file string) string {
	const modules = "node_modules/"
	i := strings.LastIndex("/"+file, "/"+modules) // packages lie within packages
	if i < 0 {
		return ""
	}
	first, rest, _ := strings.Cut(file[i+len(modules):], "/")
	if first == ".bin" {
		return path.Base(rest)
	}
	name := first
	if strings.HasPrefix(first, "@") { // a scope, such as @angular/cli
		name, rest, _ = strings.Cut(rest, "/")
		first += "/" + name
	}
	base := strings.TrimSuffix(path.Base(rest), path.Ext(rest))
	// A package may bring commands of other names, such as ng in
	// @angular/cli; a name like npm-cli or vite.js only says its own again.
	if path.Base(path.Dir(rest)) == "bin" && !strings.HasPrefix(base, name) {
		return base
	}
	return first
}

// shortPath returns the name of a file that was given by its full path, and
// else what was typed.
func shortPath(file string) string {
	if path.IsAbs(file) {
		return path.Base(file)
	}
	return strings.TrimPrefix(file, "./")
}
