// Package cli is the command line: it reads words into a question, asks it in
// a place, and hands the answer to view. docs/cli.md is its constitution.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/daemon"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

// Env is the world a command lives in. Fields that are nil mean the real one.
type Env struct {
	In  io.Reader
	Out io.Writer // the answer, and nothing else
	Err io.Writer // everything else

	Getenv func(string) string
	Now    func() time.Time
	Width  func() int // columns of the terminal that Out is; 0 if it is none

	// Place returns where verbs are carried out: where names a machine, or
	// this one if it is empty. The caller calls done when it has its answers.
	Place func(ctx context.Context, where string) (p op.Place, done func() error, err error)

	front    *daemon.Front // of the programs that limen runs; nil where Place was given
	mentions *mentions
}

// commands are all commands, in the order help lists them. The common ones are
// short and stand at the top level; features will be noun and verb, as in
// "route add".
var commands = []command{list, why, free, run, up, ps, logs, restart, down, undo, identify, scan, watch, serve, proxy, route, routeAdd, routeRm, routePin, routeResolve, tap, tapLs, tapShow, tapReplay, tapDiff, tapExport, tapCurl, daemonStatus, daemonRun, daemonStart, daemonStop, daemonInstall, trust, trustInstall, trustRemove, cert, annotate, wait, ports, portsUpdate, pick, leases, release, hold, config, completion, version, help}

// A command is one thing a person can type.
type command struct {
	name     string // one word; of a feature two, a noun and a verb
	args     string // what follows the flags, as usage shows it
	short    string // one line, without capital or full stop
	long     string
	examples []entry
	flags    []flag

	endsAtWord   bool // the first word that is no flag is a program, and what follows is its own
	takesProgram bool // what follows "--" is a program with its arguments, and stands in the call's rest

	lists []glossary // what the words mean that the command takes

	complete func(context.Context, Env, call) []string // what can stand for an argument; nil for nothing
	run      func(context.Context, Env, call) error
}

// A flag is an option of a command.
type flag struct {
	name, short string // short is one letter, or empty
	value       string // what stands for its value in help; empty if it takes none
	doc         string // one line, without capital or full stop

	words     func() []string // what its value can be; nil for anything
	many      bool            // it may be given several times, and its values stand in the call's many
	takesRest bool            // its value is everything that follows, and stands in the call's rest
}

// An entry is a word and what it means.
type entry struct{ word, means string }

// A glossary is a table of help.
type glossary struct {
	title string
	rows  func() []entry // a function, so that nothing is made before it is read
}

// A call is a command with what was typed.
type call struct {
	args   []string
	values map[string]string   // of the flags that were set, by name
	many   map[string][]string // of those that may be given several times: all values
	rest   []string            // of the flag that takes it, or behind "--" if that is a program; nil if there was none
	all    []command
	script func(w io.Writer, shell string) error // writes the completions of a shell
}

// has reports whether a flag was set.
func (c call) has(name string) bool {
	_, ok := c.values[name]
	return ok
}

// Enter does what this process was started for by another limen, if it was, and
// returns its exit code. It is called on the main goroutine, before all else.
func Enter() (code int, entered bool) {
	entered, err := daemon.Enter(os.Environ)
	return exitCode(err), entered
}

// Main carries out a command line, without the program's name, and returns
// the exit code.
func Main(ctx context.Context, env Env, args []string) int {
	env = env.real()
	c, err := execute(ctx, env, expand(args))
	switch {
	case err == nil, errors.Is(err, context.Canceled), isPipeGone(err), isEnding(err):
	default:
		complain(env, c, err)
	}
	return exitCode(err)
}

// real fills in the world where nothing else is given.
func (e Env) real() Env {
	if e.Getenv == nil {
		e.Getenv = os.Getenv
	}
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.Width == nil {
		e.Width = func() int { return widthOf(e.Out) }
	}
	if e.Place == nil {
		front := &daemon.Front{}
		e.front, e.mentions = front, &mentions{}
		e.Place = func(ctx context.Context, where string) (op.Place, func() error, error) {
			return daemon.Connect(ctx, where, e.config())
		}
	}
	return e
}

// expand writes out what people leave out: limen alone lists, and a port or
// what holds one is asked about. The two words of a command become one.
func expand(args []string) []string {
	if len(args) == 0 {
		return []string{list.name}
	}
	first := args[0]
	named := func(c command) bool { return len(args) > 1 && c.name == first+" "+args[1] }
	switch {
	case slices.ContainsFunc(commands, named):
		return append([]string{first + " " + args[1]}, args[2:]...)
	case slices.ContainsFunc(commands, func(c command) bool { return c.name == first }):
		return args
	case first == "--help", first == "-h":
		return append([]string{help.name}, args[1:]...)
	case first == "--version":
		return append([]string{version.name}, args[1:]...)
	case isFlag(first):
		return append([]string{list.name}, args...)
	case looksLikeTarget(first):
		return append([]string{why.name}, args...)
	}
	return args
}

func isFlag(word string) bool { return len(word) > 1 && word[0] == '-' }

// complain says what went wrong, and how the command is used if it was not
// used so.
func complain(env Env, c *command, err error) {
	for _, one := range each(err) {
		view.Error(env.Err, explain(one)) // where it cannot be written, nobody is listening
	}
	if c != nil && errors.Is(err, limen.Invalid) {
		io.WriteString(env.Err, "  use:  "+c.usage()+"\n")
	}
}
