// Package keeper finds what keeps a process running, which is what would
// start it again if it were stopped, and what else it runs in.
//
// Three witnesses are heard, and they are not equal. A control group is the
// kernel's word: no process leaves its own without rights over another. The
// chain of ancestors is the kernel's word too, but what an ancestor is called
// was chosen by that ancestor, and the evidence says so. The environment is
// the process's own word, and only adds detail to what an ancestor shows.
package keeper

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// All is every way to tell what a process runs in. Witnesses that cannot be
// forged come first, and are nearer than others at the same distance; a
// terminal comes last, because it is worth naming only where no other session
// is found.
//
// Left out are launchd, which limen cannot ask yet; daemontools, whose last
// release is from 2001; dropbear and mosh, whose sessions carry no name; a
// login session's scope, which is a group and not a keeper; and gunicorn, puma
// and the like, which are masters and not keepers of what they fork.
var All = []detector{
	activation,
	controlGroup,
	windowsService,
	forwarding,
	pm2,
	supervisord,
	runit,
	s6,
	watching,
	foremen,
	tmux,
	screen,
	ssh,
	cron,
	ide,
	terminal,
}

// A detector is one way to tell what a process runs in.
type detector struct {
	name  string             // what it looks at
	kinds []limen.KeeperKind // what it can find
	find  func(context.Context, *inquiry) ([]found, []limen.Gap)
}

// A Subject is what is known of a process whose keeper is looked for.
type Subject struct {
	Process      limen.Process  // with ancestors, command and executable
	Cgroup       string         // path of its control group, empty if unknown
	Terminal     string         // such as pts/3, empty for none
	Socket       limen.Endpoint // what it holds, zero if nothing
	SocketCgroup string         // path of the control group that made the socket, empty if unknown

	// Environ returns those of the named variables that the process was
	// given and that may be read. It may be nil.
	Environ func(keys ...string) map[string]string

	// Command returns the arguments of another process, nil if they may not
	// be seen. It is asked once for each ancestor in a Finder's life. It may
	// be nil.
	Command func(pid int) []string
}

// A Finder finds keepers. It remembers what engines, unit files and ancestors
// said, so that a thousand processes cost one question each: make a new one
// for each moment. The zero value looks at this machine. A Finder may be used
// by several goroutines.
type Finder struct {
	Root     string        // put before every path, for a file system that is not at /
	Home     string        // home of a user whose own units and engines count; empty for none
	Patience time.Duration // how long one container engine may take to answer; 0 means 300 ms

	engines  memory[string, answer]
	commands memory[limen.ProcessID, []string]
	lines    memory[limen.ProcessID, []ancestor] // by the parent
	units    memory[unitKey, string]
	sockets  memory[manager, []socketUnit]
	services memory[struct{}, services]
	lives    memory[life, finding]
}

// A life is a process with its control group, and that which made a socket of
// it. Most processes run in the same things whichever of their sockets is
// asked about, and some hold thousands.
type life struct {
	limen.ProcessID
	cgroup, socketCgroup string
}

// A finding is what Within returns.
type finding struct {
	within []limen.Keeper
	gaps   []limen.Gap
}

// found is a keeper and how far it is from the process: how many ancestors
// are nearer.
type found struct {
	limen.Keeper
	depth int
}

// Within returns everything the process runs in, nearest first. Ancestors are
// nearer than control groups: a supervisor runs inside its unit or container,
// whose first process is its own ancestor at most.
//
// The result may be shared between calls and is not to be changed.
func (f *Finder) Within(ctx context.Context, s Subject) ([]limen.Keeper, []limen.Gap) {
	all := f.lives.of(life{s.Process.ProcessID, s.Cgroup, s.SocketCgroup}, func() (finding, bool) {
		q := f.inquire(s)
		within, gaps := q.detect(ctx)
		return finding{within, gaps}, !q.particular && s.Process.PID != 0 && ctx.Err() == nil
	})
	return all.within, all.gaps
}

// detect asks every detector.
func (q *inquiry) detect(ctx context.Context) ([]limen.Keeper, []limen.Gap) {
	var gaps []limen.Gap
	for _, d := range All {
		more, missed := d.find(ctx, q)
		q.found = append(q.found, more...)
		gaps = append(gaps, missed...)
	}
	slices.SortStableFunc(q.found, func(a, b found) int { return cmp.Compare(a.depth, b.depth) })

	var within []limen.Keeper
	for _, k := range q.found {
		if !slices.ContainsFunc(within, k.same) {
			within = append(within, k.Keeper)
		}
	}
	return within, gaps
}

func (f found) same(k limen.Keeper) bool { return f.Kind == k.Kind && f.Name == k.Name }

// Nearest returns the nearest keeper that would start the process again, or
// else the nearest; nil if there is none.
func Nearest(within []limen.Keeper) *limen.Keeper {
	if k := restarter(within); k != nil {
		return k
	}
	if len(within) == 0 {
		return nil
	}
	return &within[0]
}

// restarter returns the nearest keeper that would start the process again. A
// unit that lies beyond a session would not: it starts the terminal
// multiplexer or the cron daemon again, but not what ran in there.
func restarter(within []limen.Keeper) *limen.Keeper {
	session := false
	for i, k := range within {
		switch {
		case !k.Kind.Restarts():
			session = true
		case session && (k.Kind == limen.Systemd || k.Kind == limen.SystemdUser):
		default:
			return &within[i]
		}
	}
	return nil
}

// memory remembers the answers to questions that are asked once.
type memory[K comparable, V any] struct {
	mu    sync.Mutex // guards known; not held while an answer is found
	known map[K]*fact[V]
}

type fact[V any] struct {
	mu    sync.Mutex // held while the answer is found, so that one caller asks and the others wait
	known bool
	value V
}

// of returns what is remembered of key, or else what ask says. It is
// remembered if ask says so.
func (m *memory[K, V]) of(key K, ask func() (value V, remember bool)) V {
	m.mu.Lock()
	if m.known == nil {
		m.known = map[K]*fact[V]{}
	}
	f := m.known[key]
	if f == nil {
		f = &fact[V]{}
		m.known[key] = f
	}
	m.mu.Unlock()

	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.known {
		f.value, f.known = ask()
	}
	return f.value
}
