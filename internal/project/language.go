package project

import (
	"path/filepath"
	"slices"
	"strings"
)

// A family is the programs of one language.
type family uint8

const (
	native family = iota // whatever needs no other program to run
	javaScript
	python
	ruby
	php
	java
	dotnet
	beam // Erlang and Elixir

	// Native programs that turned out to be made with one of these.
	golang
	rust
)

// A language is how to read the command line of what runs its programs.
type language struct {
	family   family
	programs []string // what runs them, without version
	values   []string // flags that take the next argument as their value
	code     []string // flags whose value is the program itself
	module   string   // the flag whose value names a module to run
	paths    []string // flags whose value lists the files of the program
	runners  []string // programs and subcommands that only run the next one
}

var languages = []language{
	{
		family: javaScript, programs: []string{"node", "nodejs"},
		values:  []string{"-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"},
		code:    []string{"-e", "--eval", "-p", "--print", "-pe"},
		runners: []string{"ts-node", "tsx", "nodemon", "vite-node", "babel-node"},
	},
	{
		family: javaScript, programs: []string{"deno"},
		values:  []string{"-c", "--config", "--import-map", "-L", "--log-level"},
		runners: []string{"run", "serve", "task"},
		code:    []string{"eval"},
	},
	{
		family: javaScript, programs: []string{"bun", "bunx"},
		values:  []string{"-r", "--preload", "--cwd", "-c", "--config"},
		runners: []string{"run", "x"},
		code:    []string{"-e", "--eval", "-p", "--print"},
	},
	{
		family: python, programs: []string{"python", "pypy"},
		values: []string{"-X", "-W", "--check-hash-based-pycs"},
		code:   []string{"-c"},
		module: "-m",
	},
	{
		family: ruby, programs: []string{"ruby", "jruby", "truffleruby"},
		values:  []string{"-C", "-I", "-r", "-E"},
		code:    []string{"-e"},
		runners: []string{"bundle", "exec"},
	},
	{
		family: php, programs: []string{"php", "php-fpm", "php-cgi", "frankenphp"},
		values: []string{"-S", "-t", "-d", "-c", "-z"},
		code:   []string{"-r", "-R", "-B", "-E"},
	},
	{
		family: java, programs: []string{"java"},
		paths: []string{"-cp", "-classpath", "--class-path", "-p", "--module-path"},
		values: []string{"--add-modules", "--add-opens", "--add-exports", "--add-reads",
			"--limit-modules", "--upgrade-module-path"},
	},
	{
		family: dotnet, programs: []string{"dotnet"},
		values:  []string{"--additionalprobingpath", "--additional-deps", "--depsfile", "--fx-version", "--roll-forward", "--runtimeconfig"},
		runners: []string{"exec"},
	},
	{family: beam, programs: []string{"beam.smp", "beam"}},
}

// languageOf returns the language of what the program runs, which is native
// if it runs nothing but itself.
func languageOf(program string) language {
	for _, l := range languages {
		if slices.Contains(l.programs, program) {
			return l
		}
	}
	return language{family: native}
}

// programName returns the name of the program in a file: without directory,
// and without the version that tells one installation from another, so that
// python3.13 is python.
func programName(file string) string {
	if file == "" {
		return ""
	}
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(file)), ".exe")
	if short := strings.TrimRight(name, "0123456789.-"); short != "" {
		return short
	}
	return name
}
