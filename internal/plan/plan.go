// Package plan says what would have to be stopped to free a port, and what may
// not be. It does nothing: like a verdict it comes from what others saw.
package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Facts are all that a plan is made of.
type Facts struct {
	Transport limen.Transport
	Port      uint16
	Listeners []limen.Listener // what holds the port, with its owners
	Asker     int64            // as whom limen runs; 0 is root, and less than 0 is unknown
	Line      []int            // PIDs of limen and of whatever it was started by
	Unowned   string           // why nobody is known to hold a socket that has no owner

	// Tool returns the arguments of the command that stops what runs within
	// keepers, nil if there is none.
	Tool func(within []limen.Keeper) []string
	// Command is Tool, as a person types it.
	Command func(within []limen.Keeper) string
	// Own says what limen itself holds the port for, and how that ends, where it
	// is not to be stopped like others; nothing if it is no limen. It may be nil.
	Own func(limen.Owner) limen.Notice
}

// own is Own, which may be nil.
func (f Facts) own(o limen.Owner) limen.Notice {
	if f.Own == nil {
		return limen.Notice{}
	}
	return f.Own(o)
}

// Steps returns what would be stopped, each process once.
func Steps(f Facts) []limen.Step {
	var steps []limen.Step
	at := map[limen.ProcessID]int{} // which step ends a process
	for _, l := range f.Listeners {
		if len(l.Owners) == 0 {
			steps = append(steps, unowned(f, l))
			continue
		}
		for _, o := range leaders(l.Owners) {
			i, ok := at[o.Process.ProcessID]
			if !ok {
				i = len(steps)
				if j := slices.IndexFunc(steps, stopsToo(o)); j >= 0 {
					i = j // the same unit or container
					steps[i].Owners = append(steps[i].Owners, o)
				} else {
					steps = append(steps, step(f, o))
				}
				at[o.Process.ProcessID] = i
			}
			s := &steps[i]
			for _, w := range l.Owners {
				if w.Role == limen.Worker && descends(w, o) && !has(s.Owners, w) {
					s.Owners = append(s.Owners, w)
				}
			}
			if !slices.Contains(s.Endpoints, l.Endpoint) {
				s.Endpoints = append(s.Endpoints, l.Endpoint)
			}
		}
	}
	for i := range steps {
		if steps[i].Effect == "" {
			steps[i].Effect = effect(steps[i])
			if n := f.own(steps[i].Owners[0]); n.What != "" {
				steps[i].Effect += "; " + n.What
			}
		}
	}
	return steps
}

// leaders are the owners that are told: workers end with their master. Where
// no master holds the socket any more, its workers are all there is.
func leaders(owners []limen.Owner) []limen.Owner {
	var all []limen.Owner
	for _, o := range owners {
		if o.Role != limen.Worker {
			all = append(all, o)
		}
	}
	if len(all) == 0 {
		return owners
	}
	return all
}

// stopsToo finds the step that stops o as well: that of the same keeper.
func stopsToo(o limen.Owner) func(limen.Step) bool {
	return func(s limen.Step) bool {
		if s.Way != limen.ByTool && s.Way != limen.ByContainer || o.Keeper == nil {
			return false
		}
		k := s.Owners[0].Keeper
		return k.Kind == o.Keeper.Kind && k.Name == o.Keeper.Name
	}
}

// step says how to stop an owner: through what would start it again, else by a
// signal.
func step(f Facts, o limen.Owner) limen.Step {
	s := limen.Step{Way: limen.BySignal, Owners: []limen.Owner{o}}
	if o.Keeper != nil && o.Keeper.Kind.Restarts() {
		s.Command = f.Command(o.Within)
		switch tool := f.Tool(o.Within); {
		case isContainer(o.Keeper):
			s.Way = limen.ByContainer
		case signalled[o.Keeper.Kind]:
			s = chief(s, o)
		case tool != nil:
			s.Way = limen.ByTool
		default:
			s.Way = limen.NoWay
		}
	}
	for _, r := range refusals {
		if why, next := r(f, s, o); why != "" {
			s.Refused, s.Next = why, next
			break
		}
	}
	return s
}

// isContainer reports whether limen can ask an engine to stop what k is.
func isContainer(k *limen.Keeper) bool {
	return k.Container != nil && (k.Kind == limen.Docker || k.Kind == limen.Podman)
}

// signalled are the keepers without a tool: they are stopped themselves, and
// what they keep ends with them.
var signalled = map[limen.KeeperKind]bool{limen.Watcher: true, limen.Foreman: true}

// chief puts the process of a keeper before the owner that it keeps.
func chief(s limen.Step, o limen.Owner) limen.Step {
	for _, a := range o.Process.Ancestors {
		if a.PID == o.Keeper.PID {
			boss := limen.Owner{
				Process: limen.Process{ProcessID: a.ProcessID, Name: a.Name, User: o.Process.User},
				Role:    limen.Master, Proof: limen.Proved,
			}
			s.Owners = []limen.Owner{boss, o}
			return s
		}
	}
	s.Way = limen.NoWay
	return s
}

// effect says what a step does, in words.
func effect(s limen.Step) string {
	var text strings.Builder
	o := s.Owners[0]
	name := func(o limen.Owner) string {
		return fmt.Sprintf("%s (pid %d)", limen.Unmistakable(o.Process.Name), o.Process.PID)
	}
	switch s.Way {
	case limen.BySignal:
		fmt.Fprintf(&text, "asks %s to end", name(o))
		if n := len(s.Owners) - 1; n > 0 {
			fmt.Fprintf(&text, ", and with it %s", others(s.Owners[1:]))
		}
		if o.Keeper == nil {
			text.WriteString("; nothing is known that would start it again")
		}
	case limen.ByTool, limen.ByContainer:
		fmt.Fprintf(&text, "stops %s %s, and with it %s", o.Keeper.Kind, limen.Unmistakable(o.Keeper.Name), others(s.Owners))
	default:
		fmt.Fprintf(&text, "%s would be started again by %s %s, which limen cannot stop", name(o), o.Keeper.Kind, limen.Unmistakable(o.Keeper.Name))
	}
	return text.String()
}

// others names a process, or counts several.
func others(all []limen.Owner) string {
	if len(all) == 1 {
		return fmt.Sprintf("%s (pid %d)", limen.Unmistakable(all[0].Process.Name), all[0].Process.PID)
	}
	return fmt.Sprintf("%d processes", len(all))
}

// unowned is the step for a socket that nobody is known to hold: none.
func unowned(f Facts, l limen.Listener) limen.Step {
	s := limen.Step{
		Way: limen.NoWay, Endpoints: []limen.Endpoint{l.Endpoint},
		Effect:  "nobody can be told to end",
		Refused: "nobody is known to hold it, and limen stops nobody on a guess",
	}
	if f.Unowned != "" {
		s.Refused += ": " + f.Unowned
	}
	if f.Asker != 0 {
		s.Next = asRoot(f)
	}
	return s
}

// asRoot is how to do the same with more rights.
func asRoot(f Facts) string {
	port := fmt.Sprint(f.Port)
	if f.Transport == limen.UDP {
		port += "/udp"
	}
	return "sudo limen free " + port
}

func descends(w, o limen.Owner) bool {
	return slices.ContainsFunc(w.Process.Ancestors, func(a limen.Ancestor) bool { return a.ProcessID == o.Process.ProcessID })
}

func has(all []limen.Owner, o limen.Owner) bool {
	return slices.ContainsFunc(all, func(p limen.Owner) bool { return p.Process.ProcessID == o.Process.ProcessID })
}
