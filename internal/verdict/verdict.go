// Package verdict says why a port cannot be had, from what was tried and
// seen. It asks nothing itself: facts go in, a verdict comes out.
package verdict

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// Facts are what is known about a port at the moment it is judged.
type Facts struct {
	Machine   string
	Time      time.Time
	Transport limen.Transport
	Port      uint16
	Address   netip.Addr       // the one address that is asked about; invalid for the port as such
	Binds     []limen.Bind     // what was tried, if anything
	Listeners []limen.Listener // of this namespace and port, bound ones included
	Leftovers []Leftover       // connections of this namespace with this local port
	Elsewhere []limen.Listener // of other network namespaces
	Published []limen.Keeper   // containers an engine forwards the port to
	Rules     Rules
	Gaps      []limen.Gap

	System  System                             // whose rules and words hold
	Asker   int64                              // the user who asks, as a number; 0 may do anything
	Unowned limen.CauseKind                    // what it means here that a listener has no owner: CauseListener for hidden by rights, CauseOutsidePID or CauseKernel
	Stop    func(within []limen.Keeper) string // the command that stops what runs within these, through the keeper that matters; "" if there is none
	Own     func(limen.Owner) limen.Notice     // what limen itself holds the port for, and how that ends; nothing if it is no limen. May be nil
}

// A Leftover is a connection that holds a port by being its local end.
type Leftover struct {
	limen.Connection
	Remaining time.Duration // until the kernel forgets it; 0 if no time is set
}

// Rules are the settings that bear on the port's number.
type Rules struct {
	Ephemeral    limen.PortRange // what the system gives to outgoing connections
	Reserved     bool            // the number is kept out of automatic choice
	Unprivileged uint16          // the first number that takes no rights
	MayBindLow   bool            // the asker has those rights
	LowWildcard  bool            // below Unprivileged, a bind of every address takes no rights
	InWSL        bool            // this is a Linux within Windows
	InJail       bool            // this is a jail of FreeBSD that shares its addresses with the host
	Localhost    []netip.Addr    // what localhost means, first choice first
	Browser      string          // the service for whose sake browsers refuse it; "" if they do not
}

// A check looks for causes of one kind.
type check func(Facts) []limen.Cause

// all is every check, in the order a person wants to hear of them: who holds
// the port, what merely keeps it for a while, what forbids it, and then what
// will surprise even though binding works.
var all = []check{
	listeners,
	bound,
	connections,
	timeWait,
	privileged,
	shared,
	shadowed,
	otherFamily,
	published,
	elsewhere,
	browser,
	ephemeral,
	reserved,
	// A firewall is left out: it keeps no one from binding, and belongs to
	// the question why an address does not answer.
}

// Judge weighs the facts. Causes that keep a server from binding come first.
func Judge(f Facts) limen.Verdict {
	v := limen.Verdict{
		Machine: f.Machine, Time: f.Time, Transport: f.Transport, Port: f.Port,
		Range: limen.RangeOf(f.Port), Tried: len(f.Binds) > 0, Binds: f.Binds, Gaps: f.Gaps,
	}
	v.Causes = causes(f)
	blocked, refused := slices.ContainsFunc(v.Causes, blocks), slices.ContainsFunc(f.Binds, failed)
	switch {
	case !v.Tried:
		v.Free = !blocked
	case refused && !blocked:
		v.Causes = append(v.Causes, unexplained(f)...)
	case !refused:
		// Trying is the proof. What was seen all the same is in a part of the
		// network that a plain bind does not meet, such as a VRF, or it came
		// after the try.
		v.Free = true
		for i := range v.Causes {
			v.Causes[i] = warn(v.Causes[i])
		}
	}
	slices.SortStableFunc(v.Causes, func(a, b limen.Cause) int { return cmp.Compare(rank(a), rank(b)) })
	for _, c := range v.Causes {
		if c.Blocks && c.Next != "" {
			v.Next = c.Next
			break
		}
	}
	return v
}

// causes are what the checks find.
func causes(f Facts) (found []limen.Cause) {
	for _, find := range all {
		found = append(found, find(f)...)
	}
	return found
}

// warn turns what keeps a server from binding into something to know, which
// nobody has to be stopped for.
func warn(c limen.Cause) limen.Cause {
	if c.Blocks {
		c.Blocks, c.Next = false, ""
	}
	return c
}

func rank(c limen.Cause) int {
	if c.Blocks {
		return 0
	}
	return 1
}

func blocks(c limen.Cause) bool { return c.Blocks }

func failed(b limen.Bind) bool { return !b.Free }

// Settled reports whether the binds agree with what was seen. They do not when
// the port changed hands between trying and looking, and when another program
// was trying it at the same moment; looking again helps.
func Settled(f Facts) bool {
	return len(f.Binds) == 0 || slices.ContainsFunc(f.Binds, failed) == slices.ContainsFunc(causes(f), blocks)
}
