package keeper

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// An inquiry is one process's case, as every detector sees it.
type inquiry struct {
	Subject
	finder *Finder
	line   []ancestor // parent first; shared, and not to be changed
	own    trail      // where the process's control group lies
	made   trail      // where the socket's maker's control group lies
	found  []found    // by the detectors asked before

	particular bool // what is found depends on which socket the process holds
}

// An ancestor is a process on the way to the system's first one.
type ancestor struct {
	limen.ProcessID
	title   string // its arguments as one line
	program program
	editor  string // the editor that it is; empty if none
}

// inquire opens the case of s.
func (f *Finder) inquire(s Subject) *inquiry {
	return &inquiry{Subject: s, finder: f, line: f.line(s), own: readTrail(s.Cgroup), made: readTrail(s.SocketCgroup)}
}

// line returns the ancestors of s, taken apart. Those of siblings are the
// same, and thousands of processes can have one parent.
func (f *Finder) line(s Subject) []ancestor {
	up := s.Process.Ancestors
	if len(up) == 0 {
		return nil
	}
	return f.lines.of(up[0].ProcessID, func() ([]ancestor, bool) {
		line := make([]ancestor, len(up))
		for i, a := range up {
			args := f.command(s, a)
			line[i] = ancestor{ProcessID: a.ProcessID, title: strings.Join(args, " "), program: readProgram(args)}
			line[i].editor = editor(line[i].title, line[i].program)
		}
		return line, true
	})
}

// command returns the arguments of an ancestor; where they may not be seen,
// the words of its name.
func (f *Finder) command(s Subject, a limen.Ancestor) []string {
	return f.commands.of(a.ProcessID, func() ([]string, bool) {
		var args []string
		if s.Command != nil {
			args = s.Command(a.PID)
		}
		if len(args) == 0 {
			args = strings.Fields(a.Name)
		}
		return args, true
	})
}

// env returns one variable of the process's environment, empty if it is not
// there, may not be read, or is too long to be a name.
func (q *inquiry) env(key string) string {
	const longest = 255
	if q.Environ == nil {
		return ""
	}
	v := q.Environ(key)[key]
	if len(v) > longest {
		return ""
	}
	return v
}

// nearest returns what is made of the nearest ancestor that anything is made
// of. A keeper's own helpers often stand in line behind it, and are not
// keepers of their own.
func (q *inquiry) nearest(keeper func(ancestor) (limen.Keeper, bool)) []found {
	for i, a := range q.line {
		if k, ok := keeper(a); ok {
			k.PID = a.PID
			return []found{{k, i}}
		}
	}
	return nil
}

// calls is the evidence of a name that an ancestor gave itself.
func (a ancestor) calls(name string) string {
	return fmt.Sprintf("ancestor %d calls itself %s", a.PID, name)
}

// named returns a keeper whose name only the process's environment tells: its
// first variable that is set. Without one the keeper is named by its kind,
// which Stop knows to be no name, and a gap says where to look.
func (q *inquiry) named(kind limen.KeeperKind, a ancestor, list string, variables ...string) (limen.Keeper, []limen.Gap) {
	k := limen.Keeper{Kind: kind, Name: string(kind), Evidence: a.calls(string(kind))}
	for _, v := range variables {
		if name := q.env(v); name != "" {
			k.Name = name
			k.Evidence += fmt.Sprintf(", and the environment of process %d says %s=%s", q.Process.PID, v, name)
			return k, nil
		}
	}
	return k, []limen.Gap{{
		What: fmt.Sprintf("what %s calls process %d", kind, q.Process.PID),
		Why:  fmt.Sprintf("its environment does not say %s, or may not be read", strings.Join(variables, " or ")),
		Next: list,
	}}
}

// session reports whether a session was found that the process runs in.
func (q *inquiry) session() bool {
	return slices.ContainsFunc(q.found, func(f found) bool { return !f.Kind.Restarts() })
}
