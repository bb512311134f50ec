// Package hint knows how a program is told which port to open: by which
// variables, and by which argument at which place of its command line.
//
// What it answers are only hints; which port a program opens is found out by
// watching it. That decides every doubt: a wrong argument breaks a program, a
// missing one only leaves it on its own port, so where anything is unclear
// nothing is inserted, and the answer says why.
package hint

import (
	"cmp"
	"slices"
	"strings"
)

// A Command is a command as it was typed, and what surrounds it. Words and
// files of it may be anyone's; no shell ever sees them here.
type Command struct {
	Arguments   []string // the program, then its arguments
	Directory   string   // where it would start; empty is the current one, and none above it
	Environment []string // what it would get, as NAME=value

	// ReadFile reads a file of the directory or of one above it. Nil reads
	// regular files of up to 1 MiB.
	ReadFile func(path string) ([]byte, error)
}

// A Hint is what to change about a command.
type Hint struct {
	// Arguments is the command with what was inserted: every word that was
	// typed, in its order, and perhaps more.
	Arguments []string

	// Environment is what to add to the environment, as NAME=value. It
	// changes no variable that is set already.
	Environment []string

	Row      string // the name of the row that applied
	Evidence string // who says that the row is right

	// Named is the port that the command, its script or its environment
	// names already, so that nothing was inserted; 0 if none is named.
	Named uint16

	// Why says why no argument was inserted, where one might be needed. Empty
	// if all was done that is known to be needed.
	Why string
}

// Loopback is the host that programs are told to listen at, if none is given.
const Loopback = "127.0.0.1"

// For returns how to make a command open a port at a host. An empty host is
// Loopback. A port of 0 asks only what the command says by itself: then
// nothing is inserted.
func For(c Command, port uint16, host string) Hint {
	l := c.understand()
	row, s := l.row, l.says(c.Environment)
	h := Hint{
		Arguments: slices.Clone(c.Arguments),
		Row:       row.Name,
		Evidence:  row.Evidence,
		Named:     s.port,
		Why:       s.why,
	}
	if s.why != "" || port == 0 {
		return h
	}
	if host == "" {
		host = Loopback
	}
	t := target{port, host}
	h.Environment = t.variables(row, s)
	if words := t.words(row, s); len(words) > 0 {
		if h.Why = l.closed(c); h.Why == "" {
			h.Arguments = l.insert(c.Arguments, words)
		}
	} else {
		h.Why = cmp.Or(l.sealed, row.Why)
	}
	return h
}

// insert returns the typed command with words where the program inside it
// takes them for its own.
func (l line) insert(typed, words []string) []string {
	at := len(typed)
	if l.row.First {
		at -= len(l.words) - l.after
	}
	for range l.fences {
		words = slices.Insert(words, 0, "--")
	}
	return slices.Concat(typed[:at], words, typed[at:])
}

// closed returns why words cannot be put where the program would read them, or
// nothing if they can.
func (l line) closed(c Command) string {
	if l.sealed != "" {
		return l.sealed
	}
	if l.row.First && l.moved {
		return l.row.Name + " takes its port before its file, and what is added to a script stands at its end"
	}
	if !l.row.First && slices.Contains(l.words, "--") {
		return "the command has a -- of its own, and what stands after it may be for another program"
	}
	for _, name := range l.row.Files {
		if _, err := c.read(l.directory, name); err == nil {
			return name + " may name an address, and an argument would replace it"
		}
	}
	for _, w := range l.words {
		if isOneOf(w, l.row.Configs) {
			return "the file named by " + w + " may name an address, and an argument would replace it"
		}
	}
	return ""
}

// A target is the port a program is to open, and the host.
type target struct {
	port uint16
	host string
}

// common are the variables that programs of any kind read by custom. They are
// given to all: those that do not know them do not notice.
var common = []string{"PORT={port}", "HOST={host}"}

// variables returns those a row asks for, and the common ones, less what is
// set already.
func (t target) variables(r Row, s saying) (all []string) {
	for _, v := range slices.Concat(common, r.Variables) {
		name, pattern, _ := strings.Cut(v, "=")
		isUnwanted := pattern == "{host}" && (s.host || r.NoHost)
		if !isUnwanted && !s.set(name) && !slices.Contains(all, t.fill(v)) {
			all = append(all, t.fill(v))
		}
	}
	return all
}

// words returns what to insert: the port, and the host unless it was named.
func (t target) words(r Row, s saying) (all []string) {
	patterns := r.Insert
	if !s.host {
		patterns = slices.Concat(r.Insert, r.InsertHost)
	}
	for _, p := range patterns {
		all = append(all, t.fill(p))
	}
	return all
}
