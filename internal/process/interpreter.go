package process

import (
	"path"
	"slices"
	"strings"
)

// An interpreter is a program that a person names after what it runs.
// Options are as in its manual; those that are not listed take no argument
// of their own, or take it after an equals sign.
type interpreter struct {
	families []string // what it is called, without version
	shows    []string // options whose argument is what it runs: both are shown
	code     []string // options whose argument is program text: shown without it, for text is no name
	takes    []string // other options that take the next argument
	verbs    []string // words of its own before what it runs: shown
	joins    bool     // letters can share a dash and hold their argument: -lc, -mhttp.server
	applets  bool     // it is many programs in one file, chosen by the name it is called by
}

// interpreters are the programs that are named after what they run. The
// version in their names is dropped: the same program under another version
// is still the same to a person, and the executable tells it.
var interpreters = []interpreter{
	// Half of all listeners on a developer's machine.
	{families: []string{"node", "nodejs"}, code: []string{"-e", "--eval", "-p", "--print", "-pe"},
		takes: []string{"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--env-file"},
		verbs: []string{"inspect"}},
	{families: []string{"deno"}, takes: []string{"-c", "--config", "--import-map"},
		verbs: []string{"run", "task", "serve", "test", "eval"}},
	{families: []string{"bun", "bunx"}, code: []string{"-e", "--eval"},
		takes: []string{"-r", "--preload", "-c", "--config", "--cwd"}, verbs: []string{"run", "x", "test", "exec"}},
	// -m names a module, which is what a person typed.
	{families: []string{"python", "pypy"}, shows: []string{"-m"}, code: []string{"-c"},
		takes: []string{"-W", "-X", "-Q", "--check-hash-based-pycs"}, joins: true},
	{families: []string{"ruby", "jruby", "truffleruby"}, code: []string{"-e"},
		takes: []string{"-I", "-r", "-C", "-E"}, joins: true},
	{families: []string{"perl"}, code: []string{"-e", "-E"}, takes: []string{"-I"}, joins: true},
	// -S is its own web server: the address is all that tells two apart.
	{families: []string{"php"}, shows: []string{"-S", "-f"}, code: []string{"-r"},
		takes: []string{"-c", "-d", "-t", "-z"}},
	// Without -jar or -m the first word is the main class.
	{families: []string{"java"}, shows: []string{"-jar", "-m", "--module"},
		takes: []string{"-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path",
			"--add-modules", "--add-opens", "--add-exports", "--add-reads", "--limit-modules"}},
	{families: []string{"dotnet"}, shows: []string{"--project"},
		takes: []string{"--runtimeconfig", "--depsfile", "--additionalprobingpath", "--fx-version"},
		verbs: []string{"run", "watch", "exec", "test"}},
	// A shell's -c is most often one command that someone typed into a
	// script or a unit: the text is the only name there is.
	{families: []string{"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish"}, shows: []string{"-c"},
		takes: []string{"-o", "-O", "+o", "+O", "--rcfile", "--init-file"}, joins: true},
	{families: []string{"lua", "luajit"}, code: []string{"-e"}, takes: []string{"-l"}},
	{families: []string{"tclsh", "wish"}},
	{families: []string{"busybox", "toybox", "coreutils"}, applets: true},
	// Erlang's beam is left out: its twenty arguments name no program.
}

// interpreterOf returns the interpreter that a program is, and its name
// without version, or nil.
func interpreterOf(base string) (*interpreter, string) {
	family := strings.TrimRight(base, "0123456789.-")
	for i := range interpreters {
		if slices.Contains(interpreters[i].families, family) {
			return &interpreters[i], family
		}
	}
	return nil, ""
}

// name returns what a run of the interpreter is called.
func (in *interpreter) name(family string, command []string) string {
	if len(command) == 0 {
		return family
	}
	called := strings.TrimPrefix(command[0], "-") // the mark of a login shell
	other, _ := interpreterOf(path.Base(called))
	switch {
	case in.applets && other != in:
		return family + " " + path.Base(called)
	case len(command) > 1:
		return in.run(family, command[1:])
	case other == in:
		return family
	}
	// What it ran wrote a title over the arguments, such as "npm run dev". It
	// is shown as what it is: the word of a script.
	return family + " (" + called + ")"
}

// run reads the arguments up to the one that says what is run.
func (in *interpreter) run(name string, args []string) string {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		option, value, known := in.option(arg)
		switch {
		case slices.Contains(in.verbs, arg):
			name += " " + arg
		case arg == "--" && len(args) > 0:
			return script(name, args[0], args[1:])
		case !isOption(arg) && !known:
			return script(name, arg, args)
		case !known:
		case slices.Contains(in.code, option):
			return name + " " + option
		default:
			if value == "" && len(args) > 0 {
				value, args = args[0], args[1:]
			}
			if slices.Contains(in.shows, option) {
				return module(name, option, value, args)
			}
		}
	}
	return name
}

// option splits an argument into an option that the table knows and the
// option's own argument, if that is part of it.
func (in *interpreter) option(arg string) (option, value string, known bool) {
	if in.knows(arg) {
		return arg, "", true
	}
	if !in.joins || len(arg) < 2 || arg[0] != '-' || arg[1] == '-' {
		return "", "", false
	}
	for i, letter := range arg[1:] {
		if option = "-" + string(letter); in.knows(option) {
			return option, arg[min(1+i+len(string(letter)), len(arg)):], true
		}
	}
	return "", "", false
}

func (in *interpreter) knows(option string) bool {
	return slices.Contains(in.shows, option) || slices.Contains(in.code, option) || slices.Contains(in.takes, option)
}

func isOption(arg string) bool { return len(arg) > 1 && arg[0] == '-' }
