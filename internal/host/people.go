package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/process"
	"github.com/limenhq/limen/internal/project"
	"github.com/limenhq/limen/internal/sockets"
)

// people finds out who the holders of sockets are. It remembers what it has
// seen, and is made anew for every question.
type people struct {
	processes process.Reader
	projects  project.Finder
	keepers   keeper.Finder
	usage     time.Time // when to measure usage; zero for not at all
	memory    string    // where holders are remembered; empty where everyone must be known

	met map[limen.ProcessID]*person // by findHolders, for the next question about owners
}

// newPeople returns people for one question. Usage is measured against now if
// asked for.
func (h *Host) newPeople(usage bool) *people {
	p := &people{}
	if home, err := h.home(); err == nil {
		p.projects.Home, p.keepers.Home = home, home
		// The kernel's word for a directory has no links in it.
		if real, err := filepath.EvalSymlinks(home); err == nil {
			p.projects.Home = real
		}
	}
	if usage {
		p.usage = h.now()
	}
	return p
}

// owners returns the owners of each socket, in the order of socks, and what
// could not be found out about them.
func (p *people) owners(ctx context.Context, socks []sockets.Socket) ([][]limen.Owner, []limen.Gap) {
	known := p.meet(ctx, socks)
	all := make([][]limen.Owner, len(socks))
	missed := make([][]limen.Gap, len(socks))
	share(len(socks), func(i int) {
		all[i], missed[i] = p.ownersOf(ctx, socks[i], known)
	})
	var gaps gapSet
	for _, m := range missed {
		gaps.add(m...)
	}
	return all, gaps.list
}

// ownersOf returns the owners of one socket, all of whom are known.
func (p *people) ownersOf(ctx context.Context, s sockets.Socket, known map[limen.ProcessID]*person) (owners []limen.Owner, gaps []limen.Gap) {
	for _, holder := range s.Holders {
		who := known[holder.ProcessID]
		if errors.Is(who.err, process.ErrGone) {
			continue // ended since the kernel was asked; its socket went with it
		}
		if who.err != nil {
			gaps = append(gaps, limen.Gap{What: fmt.Sprintf("what process %d is", holder.PID), Why: who.err.Error()})
		}
		o, more := p.owner(ctx, s, holder, who)
		owners = append(owners, o)
		gaps = append(gaps, more...)
	}
	assignRoles(owners)
	return owners, gaps
}

// owner joins what is known of a holder with what keeps it running.
func (p *people) owner(ctx context.Context, s sockets.Socket, holder sockets.Holder, who *person) (limen.Owner, []limen.Gap) {
	o := limen.Owner{Process: who.facts.Process, Proof: holder.Proof}
	o.Process.ProcessID = holder.ProcessID // known even where nothing else is
	if who.err != nil {
		o.Process.Name = fmt.Sprintf("process %d", holder.PID)
	}
	subject := keeper.Subject{
		Process: o.Process, Cgroup: who.facts.Cgroup, Terminal: who.facts.Terminal,
		Socket: s.Local, SocketCgroup: s.Cgroup,
		Environ: func(keys ...string) map[string]string {
			return p.variables(holder.ProcessID, who, keys)
		},
		Command: func(pid int) []string {
			facts, err := p.processes.Read(limen.ProcessID{PID: pid})
			if err != nil && !errors.Is(err, fs.ErrPermission) {
				return nil
			}
			return facts.Command
		},
	}
	within, gaps := p.keepers.Within(ctx, subject)
	o.Within, o.Keeper = within, keeper.Nearest(within)
	o.Process.Orphan = keeper.Orphaned(subject, who.facts.Reparented, who.facts.SessionGone, within)
	return o, gaps
}

// assignRoles tells master from worker among those that share one socket, and
// puts masters first. A worker descends from another holder.
func assignRoles(owners []limen.Owner) {
	if len(owners) == 1 {
		owners[0].Role = limen.Sole
		return
	}
	holds := map[limen.ProcessID]bool{}
	for _, o := range owners {
		holds[o.Process.ProcessID] = true
	}
	masters := map[limen.ProcessID]bool{}
	for i := range owners {
		o := &owners[i]
		o.Role = limen.Peer
		for _, a := range o.Process.Ancestors {
			if holds[a.ProcessID] {
				o.Role = limen.Worker
				masters[a.ProcessID] = true
			}
		}
	}
	for i := range owners {
		if o := &owners[i]; o.Role == limen.Peer && masters[o.Process.ProcessID] {
			o.Role = limen.Master
		}
	}
	slices.SortFunc(owners, func(a, b limen.Owner) int {
		return cmp.Or(cmp.Compare(standing(a.Role), standing(b.Role)), cmp.Compare(a.Process.PID, b.Process.PID))
	})
}

// standing orders roles: those who answer for a socket, then their workers.
func standing(r limen.Role) int {
	if r == limen.Worker {
		return 1
	}
	return 0
}

// assignPeers marks the owners of different sockets at one endpoint, as
// SO_REUSEPORT allows, as peers of each other.
func assignPeers(listeners []limen.Listener) {
	type place struct {
		limen.Endpoint
		limen.Namespace
	}
	at := map[place][]int{}
	for i, l := range listeners {
		at[place{l.Endpoint, l.Namespace}] = append(at[place{l.Endpoint, l.Namespace}], i)
	}
	for _, twins := range at {
		for _, i := range twins {
			if owners := listeners[i].Owners; len(twins) > 1 && len(owners) == 1 {
				owners[0].Role = limen.Peer
			}
		}
	}
}

// byOwner orders listeners by endpoint and, where several share one, by their
// owners: the kernel's numbers of their sockets say nothing of who came first.
func byOwner(a, b limen.Listener) int {
	pid := func(l limen.Listener) int {
		if len(l.Owners) == 0 {
			return 0
		}
		return l.Owners[0].Process.PID
	}
	return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(pid(a), pid(b)))
}

// gapSet gathers gaps and keeps each once.
type gapSet struct {
	list []limen.Gap
}

func (s *gapSet) add(gaps ...limen.Gap) {
	for _, g := range gaps {
		if !slices.Contains(s.list, g) {
			s.list = append(s.list, g)
		}
	}
}

// gapOf says what is missing because of an error, with the next step that the
// error names itself, else another.
func gapOf(what string, err error, next string) limen.Gap {
	var e *limen.Error
	if errors.As(err, &e) {
		return limen.Gap{What: what, Why: e.What + ": " + e.Why, Next: cmp.Or(e.Next, next)}
	}
	return limen.Gap{What: what, Why: err.Error(), Next: next}
}
