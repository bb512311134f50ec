package run

import (
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A tree is what is below a guard, and which run each process belongs to. The
// kernel tells only today's parents, so it remembers those of earlier looks.
type tree struct {
	system census
	root   int // the guard's PID
	now    func() time.Time

	mu     sync.Mutex        // guards what follows
	tokens map[string]uint32 // the run of each token
	mains  map[limen.ProcessID]uint32
	seen   map[limen.ProcessID]sight
	looked time.Time
	last   []member
}

// A census finds processes.
type census struct {
	// below returns what comes of root, without root, and without what has
	// ended; where the system hands orphans to others, also what is known.
	below func(root int, known func(node) bool) ([]node, error)
	// children returns the children of a process, also those that have ended.
	children func(pid int) ([]node, error)
	// strays returns what is known and below nobody of ours; nil where the
	// system hands orphans to us.
	strays func(known func(node) bool) ([]node, error)
	// variable returns a variable that a process was started with; empty if it
	// has none, or we may not look.
	variable func(pid int, name string) string
}

// A sight is what was seen of a process in the latest looks.
type sight struct {
	node
	run    uint32
	missed int // looks since
}

// A member is a process and the run it belongs to, 0 for none that is known.
type member struct {
	node
	run uint32
}

// fresh is how old a look may be that Members takes for now.
const fresh = 10 * time.Millisecond

func newTree(system census, root int, now func() time.Time) *tree {
	return &tree{
		system: system, root: root, now: now,
		tokens: map[string]uint32{}, mains: map[limen.ProcessID]uint32{}, seen: map[limen.ProcessID]sight{},
	}
}

// expect makes a run known whose program is about to start.
func (t *tree) expect(run uint32, token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tokens[token] = run
}

// add makes a program known that has started.
func (t *tree) add(id limen.ProcessID, run uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mains[id], t.looked = run, time.Time{}
}

// leave notes that a program has ended. Where nobody adopts what it has left,
// that is looked for while its group still says whose it is: later the number
// can be a stranger's.
func (t *tree) leave(id limen.ProcessID) {
	if t.system.strays == nil {
		return
	}
	t.members(0)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.mains, id)
}

// forget drops a run of which nothing is left.
func (t *tree) forget(run uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.tokens, func(_ string, r uint32) bool { return r == run })
	maps.DeleteFunc(t.mains, func(_ limen.ProcessID, r uint32) bool { return r == run })
}

// members returns what is there, as found at most so long ago.
func (t *tree) members(old time.Duration) ([]member, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if age := now.Sub(t.looked); !t.looked.IsZero() && 0 <= age && age < old {
		return t.last, nil
	}
	nodes, err := t.system.below(t.root, t.known)
	if err != nil {
		return nil, err
	}
	t.last, t.looked = t.attribute(nodes), now
	return t.last, nil
}

// of returns what is there of one run. What is nobody's belongs to the only
// run there is.
func (t *tree) of(run uint32, old time.Duration) ([]node, error) {
	all, err := t.members(old)
	t.mu.Lock()
	only := len(t.tokens) == 1
	t.mu.Unlock()
	var own []node
	for _, m := range all {
		if m.run == run || m.run == 0 && only {
			own = append(own, m.node)
		}
	}
	return own, err
}

// isKnown reports what known does, for others.
func (t *tree) isKnown(n node) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.known(n)
}

// known reports whether a process that is not below the guard is ours all the
// same: it was seen there, or is in the group or session of one that was.
func (t *tree) known(n node) bool {
	if _, ok := t.seen[n.ProcessID]; ok {
		return true
	}
	for id := range t.mains {
		if n.Birth >= id.Birth && (n.group == id.PID || n.session == id.PID) {
			return true
		}
	}
	for id, s := range t.seen {
		// A group or session is ours if one of us made it: its number is its
		// maker's (setpgid(2), setsid(2)).
		if n.Birth >= id.Birth && (n.group == s.PID || n.session == s.PID) {
			return true
		}
	}
	return false
}

// attribute says which run each process belongs to, and remembers it. Parents
// stand before children.
func (t *tree) attribute(nodes []node) []member {
	groups := t.groups()
	runs := map[int]uint32{} // of this look, by PID
	all := make([]member, len(nodes))
	for i, n := range nodes {
		run := t.runOf(n, runs, groups)
		runs[n.PID], all[i] = run, member{n, run}
	}
	t.remember(all)
	return all
}

// groups returns which run made each process group and session that is known.
func (t *tree) groups() map[int]uint32 {
	made := map[int]uint32{}
	for _, s := range t.seen {
		made[s.group], made[s.session] = s.run, s.run
	}
	for id, run := range t.mains {
		made[id.PID] = run
	}
	delete(made, 0)
	return made
}

// runOf asks, in this order: what it was seen as, who its parent is, who made
// its group or session, and what its environment says.
func (t *tree) runOf(n node, runs, groups map[int]uint32) uint32 {
	for _, run := range []uint32{t.mains[n.ProcessID], t.seen[n.ProcessID].run, runs[n.parent], groups[n.group], groups[n.session]} {
		if run != 0 {
			return run
		}
	}
	return t.marked(n.PID)
}

// marked returns the run whose token a process has in its environment.
func (t *tree) marked(pid int) uint32 {
	for token := range strings.SplitSeq(t.system.variable(pid, tokenKey), ":") {
		if run := t.tokens[token]; run != 0 {
			return run
		}
	}
	return 0
}

// mostMissed is how many looks may miss a process before it is forgotten. One
// alone can: the list of children skips an entry when the one before it ends
// meanwhile (get_children_pid of fs/proc/array.c).
const mostMissed = 3

func (t *tree) remember(all []member) {
	for id, s := range t.seen {
		if s.missed++; s.missed > mostMissed {
			delete(t.seen, id)
		} else {
			t.seen[id] = s
		}
	}
	for _, m := range all {
		t.seen[m.ProcessID] = sight{m.node, m.run, 0}
	}
}
