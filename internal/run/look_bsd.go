//go:build darwin || freebsd

package run

import (
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// self is empty: a process has no other way to its file than its name.
const self = ""

// newCensus looks at the table of all processes. Environments are not asked.
func newCensus(Config) census {
	return census{
		below: func(root int, known func(node) bool) ([]node, error) {
			all, err := table()
			return below(all, root, known), err
		},
		children: func(pid int) ([]node, error) {
			all, err := table()
			return slices.DeleteFunc(all, func(n node) bool { return n.parent != pid }), err
		},
		strays: func(known func(node) bool) ([]node, error) {
			all, err := table()
			return below(all, noRoot, known), err
		},
		variable: func(int, string) string { return "" },
	}
}

// noRoot is no process, and the parent of none.
const noRoot = -1

// birth returns the birth of the process that has a number now; 0 for none.
func birth(_ Config, pid int) uint64 {
	all, err := table()
	if err != nil {
		return 0
	}
	for _, n := range all {
		if n.PID == pid {
			return n.Birth
		}
	}
	return 0
}

// sender returns what sends a signal to that very process. These systems have
// no handle on one, so the birth is looked at right before, and a moment
// remains.
func sender(c Config) func(limen.ProcessID, syscall.Signal) error {
	return func(id limen.ProcessID, s syscall.Signal) error {
		if birth(c, id.PID) != id.Birth {
			return errGone
		}
		return gone(unix.Kill(id.PID, s))
	}
}

// rename does nothing: the name of a process is that of its file here.
func rename() {}
