// Package naming says what a listener is called: shop.localhost, after the
// project whose program listens there. It is a short rule that anyone can read,
// in two tables: who gets no name, and by what word several programs of one
// project are told apart. It looks at nothing; it judges what others saw.
package naming

import (
	"strings"

	"github.com/limenhq/limen"
)

// Facts are all that a name is made of. Whatever a process or a file says of
// itself may have been written to mislead: a name is a label, and proves
// nothing.
type Facts struct {
	Listener limen.Listener // with its owners, their projects and keepers
	Service  *limen.Service // what speaks there; nil if it said nothing that limen knows

	IsRandom bool // the system may have chosen the port, so that it is another one next time

	Me        int64           // as whom limen runs; less than 0 is unknown
	Self      limen.ProcessID // limen itself
	Within    []limen.Keeper  // what limen runs in; in the same container, it is no container
	Namespace limen.Namespace // the network that limen is in; 0 if unknown
	Home      string          // the user's, with its links resolved; empty if unknown
	Ignore    []string        // what a person wants no names for: projects, directories, ports

	Ledger
}

// A Ledger says which names there are. Either function may be nil, and then
// knows of nothing.
type Ledger struct {
	// Taken returns whose a name is, also while that is not there. The zero
	// Subject is a person, who typed it.
	Taken func(name string) (limen.Subject, bool)

	// Busy reports whether a subject has its name for another port at the
	// moment. The same port at another address is no other.
	Busy func(limen.Subject) bool
}

func (l Ledger) taken(name string) (limen.Subject, bool) {
	if l.Taken == nil {
		return limen.Subject{}, false
	}
	return l.Taken(name)
}

// has reports whether a name is a subject's.
func (l Ledger) has(name string, s limen.Subject) bool {
	whose, isTaken := l.taken(name)
	return isTaken && whose == s
}

func (l Ledger) busy(s limen.Subject) bool { return l.Busy != nil && l.Busy(s) }

// A Proposal is what a listener would be called, and whose name that is.
type Proposal struct {
	Name    string // of the host
	Subject limen.Subject

	Contested bool   // the name is another's; it is for a person to say what to do
	Why       string // if it is: whose
	Next      string // and what to do
}

// Propose returns what a listener is called, or why it has no name. The same
// facts give the same name: one that is recorded for the listener's subject is
// given again, and one that is recorded for another is never given.
func Propose(f Facts) (p Proposal, why string) {
	if why := refuse(f, rules); why != "" {
		return Proposal{}, why
	}
	id := identify(f)
	p, why = id.choose(f.Ledger, f.IsRandom, f.Listener.Endpoint.Port())
	if why == "" && !p.Contested && f.isInternal() && p.Name != join(id.labels...) {
		return Proposal{}, "another program has the name of its project, and at a port that the system chose it shows no page"
	}
	return p, why
}

// isInternal reports whether a listener is what tools open for themselves:
// wrangler has six such ports, for its own parts to talk.
func (f Facts) isInternal() bool {
	return f.IsRandom && f.Service != nil && f.Service.Protocol == "http" && f.Service.Title == ""
}

// Dismiss returns why a listener has no name, as far as that can be told
// before anyone has asked it what it speaks. It is empty for those that are
// worth asking.
func Dismiss(f Facts) (why string) { return refuse(f, beforehand()) }

// Plain returns what a project is called by itself, and reports whether a name is
// that or one of its programs'. It is true where the project has no name now.
func Plain(p limen.Project, name string) (plain string, fits bool) {
	id := of(p)
	if len(id.labels) == 0 {
		return "", true
	}
	plain = join(id.labels...)
	return plain, name == plain || strings.HasSuffix(name, "."+plain)
}
