package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A Program is what to run, and with what.
type Program struct {
	Arguments   []string // its name first, which is looked up as a shell does
	Directory   string   // where it works; empty means where we do
	Environment []string // NAME=value, all of it; LISTEN_* is left out, LIMEN_RUN added

	// Its standard streams, which it inherits. nil means its terminal if it
	// has one, else the null device. The caller keeps them, and closes them.
	Stdin, Stdout, Stderr *os.File

	// Terminal, if not nil, gives it a session and a terminal of its own, of
	// that size.
	Terminal *Size

	// Sockets are handed over by systemd's protocol, sd_listen_fds(3), as
	// descriptors from 3 on. The caller keeps them, and may hand them to the
	// next run, too.
	Sockets []Socket
}

// A Socket is one that a program gets from us.
type Socket struct {
	File *os.File
	Name string // empty means "unknown", as systemd says
}

// A Size is that of a terminal, in characters.
type Size struct{ Rows, Columns uint16 }

// mostSockets keeps a start within what one message can carry: SCM_MAX_FD of
// net/scm.h is 253, and three are the standard streams.
const mostSockets = 250

// check refuses what no system could start.
func (p Program) check() error {
	if len(p.Arguments) == 0 || p.Arguments[0] == "" {
		return errors.New("there is no program to start")
	}
	for _, s := range [][]string{p.Arguments, p.Environment, {p.Directory}} {
		for _, word := range s {
			if strings.IndexByte(word, 0) >= 0 {
				return fmt.Errorf("%q holds a zero byte, which ends every argument and variable", word)
			}
		}
	}
	if len(p.Sockets) > mostSockets {
		return fmt.Errorf("%d sockets are to be handed over, and %d are the most", len(p.Sockets), mostSockets)
	}
	for _, s := range p.Sockets {
		if s.File == nil {
			return fmt.Errorf("the socket %q is closed", s.Name)
		}
		if strings.ContainsFunc(s.Name, notInName) || len(s.Name) > 255 {
			return fmt.Errorf("%q cannot be a socket's name: that is at most 255 characters of ASCII without colon or control characters (sd_listen_fds(3))", s.Name)
		}
	}
	return nil
}

// notInName reports whether a socket's name may not hold r (fdname_is_valid of
// systemd's basic/fd-util.c).
func notInName(r rune) bool { return r < ' ' || r >= 0x7f || r == ':' }

// tokenKey is the variable that marks every process of a run. Its value is the
// tokens of all runs that it is part of, a colon after each, as when limen runs
// what runs limen.
const tokenKey = "LIMEN_RUN"

// withheld are variables that are for one process, and never for the next.
var withheld = []string{"LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES", guardKey, shimKey}

// environment returns what the program is started with, but for LISTEN_PID,
// which only the process itself knows.
func (p Program) environment(token string) []string {
	env := make([]string, 0, len(p.Environment)+3)
	outer := ""
	for i, v := range p.Environment {
		switch name, value, _ := strings.Cut(v, "="); {
		case isReplaced(p.Environment[i+1:], name) || slices.Contains(withheld, name):
		case name == tokenKey:
			outer = value
		default:
			env = append(env, v)
		}
	}
	if len(outer) > 256 { // what put that there was not limen
		outer = ""
	}
	env = append(env, tokenKey+"="+outer+token+":")
	if len(p.Sockets) > 0 {
		names := make([]string, len(p.Sockets))
		for i, s := range p.Sockets {
			if names[i] = s.Name; s.Name == "" {
				names[i] = "unknown"
			}
		}
		env = append(env, "LISTEN_FDS="+strconv.Itoa(len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	}
	return env
}

// isReplaced reports whether a variable comes again in what follows it. The
// last of a name counts, as it does for os/exec.
func isReplaced(rest []string, name string) bool {
	_, again := variable(rest, name)
	return again && name != "" // Windows has some without a name: "=C:=C:\dir"
}

// variable returns the value of a variable.
func variable(env []string, name string) (value string, ok bool) {
	for _, v := range slices.Backward(env) {
		if n, value, ok := strings.Cut(v, "="); ok && sameName(n, name) {
			return value, true
		}
	}
	return "", false
}
