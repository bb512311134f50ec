package view

import (
	"bytes"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// An Annotator puts behind each mention of a port of this machine who holds
// it, or held it last: "127.0.0.1:62893 (vite, shop)". The zero value knows
// nobody. It is not safe for several goroutines.
type Annotator struct {
	// Own reports whether an address is this machine's; nil means loopback
	// ones only. One that is not never gets a name.
	Own func(netip.Addr) bool

	at map[uint16][]sighting // by port, the newest last
}

// A sighting is a listener that was seen.
type sighting struct {
	id   limen.ListenerID
	who  string
	gone bool
}

// mostSeen is how many listeners of one port are remembered.
const mostSeen = 8

// Learn takes in what has become of a listener.
func (a *Annotator) Learn(e limen.Event) {
	who := holder(e.Listener)
	if a.at == nil {
		a.at = map[uint16][]sighting{}
	}
	port := e.Listener.Endpoint.Port()
	seen := a.at[port]
	i := slices.IndexFunc(seen, func(s sighting) bool { return s.id == e.Listener.ID() })
	switch {
	case i >= 0:
		seen[i].gone = e.Change == limen.Closed
		if who != "" {
			seen[i].who = who
		}
	case who != "":
		seen = append(seen, sighting{e.Listener.ID(), who, e.Change == limen.Closed})
	}
	a.at[port] = seen[max(0, len(seen)-mostSeen):]
}

// Knows reports whether somebody is known to hold a port, or to have held it.
func (a *Annotator) Knows(m limen.Mention) bool { return a.name(m) != "" }

// Concerns reports whether a mention is of this machine.
func (a *Annotator) Concerns(m limen.Mention) bool {
	switch x := m.Address.Unmap(); {
	case !m.Address.IsValid(), x.IsLoopback(), x.IsUnspecified():
		return true
	default:
		return a.Own != nil && a.Own(x)
	}
}

// Line returns a line with names in it; all its bytes stay, and in their order.
func (a *Annotator) Line(text []byte) []byte {
	var out []byte
	last := 0
	for m := range limen.Mentions(text) {
		if who := a.name(m); who != "" {
			out = append(append(append(append(out, text[last:m.End]...), " ("...), who...), ')')
			last = m.End
		}
	}
	if last == 0 {
		return text
	}
	return append(out, text[last:]...)
}

// name names who holds what is mentioned, or who held it last.
func (a *Annotator) name(m limen.Mention) string {
	if !a.Concerns(m) {
		return ""
	}
	was := ""
	seen := a.at[m.Port]
	for _, s := range slices.Backward(seen) {
		switch {
		case !answers(s.id.Endpoint.Address(), m.Address):
		case !s.gone:
			return s.who
		case was == "":
			was = "was " + s.who
		}
	}
	return was
}

// answers reports whether a listener at one address is meant by another. A
// text that says localhost, or no address, may mean any of this machine.
func answers(at, said netip.Addr) bool {
	at, said = at.Unmap(), said.Unmap()
	return !said.IsValid() || said.IsUnspecified() || at.IsUnspecified() || at.WithZone("") == said.WithZone("")
}

// holder names who holds a listener and which project it works for: "vite,
// shop". It is empty if nobody is known.
func holder(l limen.Listener) string {
	if len(l.Owners) == 0 {
		return ""
	}
	o := l.Owners[0]
	name := limen.Unmistakable(o.Process.Name)
	if o.Proof == limen.Candidate {
		name = "maybe " + name
	}
	if p := o.Process.Project; p != nil && p.Name != "" && p.Name != o.Process.Name {
		name += ", " + limen.Unmistakable(p.Name)
	}
	return Safe(string(bytes.ToValidUTF8([]byte(name), []byte("\ufffd"))))
}
