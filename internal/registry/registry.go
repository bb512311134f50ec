// Package registry says what a port number is for: what IANA has registered
// it for, what is really met there, and which rules hold for it.
//
// The two layers never mix. IANA's list comes from a short copy inside the
// program ([Lookup]) or from the official file ([ReadCSV]); real use is a set
// of hand-written tables, one file per theme.
package registry

import (
	"iter"
	"slices"

	"github.com/limenhq/limen"
)

// A Registry answers what port numbers are for. The zero Registry is ready: it
// uses the copy of IANA's list inside the program. It is safe for several
// goroutines.
type Registry struct {
	List *List // an official list to use instead; nil for the copy inside

	kept *kept // one that was fetched earlier, opened by a Shelf
}

// Lookup is Registry.Lookup with the copy of IANA's list inside the program.
func Lookup(port uint16, t limen.Transport) limen.Number { return Registry{}.Lookup(port, t) }

// Search is Registry.Search with the copy of IANA's list inside the program.
func Search(words ...string) ([]limen.Number, error) { return Registry{}.Search(words...) }

// A listing is a copy of IANA's list: inside, kept or a *List. Only of one that
// is kept in a file can parts turn out to be damaged.
type listing interface {
	source() string
	date() string                                 // of its newest entry, or when it was made
	at(port uint16) ([]limen.Registration, error) // the entries that cover a port
	all() iter.Seq2[entry, error]                 // every entry, with the first port it covers; an error is the last
}

func (r Registry) listing() listing {
	switch {
	case r.List != nil:
		return r.List
	case r.kept != nil:
		return r.kept
	}
	return openInside()
}

// Source says which copy of IANA's list is used.
func (r Registry) Source() string { return r.listing().source() }

// Lookup returns what is known of a port number with one transport, or with
// every one if t is zero.
func (r Registry) Lookup(port uint16, t limen.Transport) limen.Number {
	l := r.listing()
	entries, err := l.at(port)
	if err != nil {
		return Registry{}.Lookup(port, t) // and its source says so
	}
	return number(port, t, entries, l.source())
}

// number puts the layers beside each other.
func number(port uint16, t limen.Transport, entries []limen.Registration, source string) limen.Number {
	_, blocked := BlockedByBrowsers(port)
	n := limen.Number{
		Port: port, Transport: t, Range: limen.RangeOf(port),
		Rules: rules(port), Blocked: blocked, Source: source, Known: known(port, t),
	}
	for _, e := range entries {
		if t == 0 || len(e.Transports) == 0 || slices.Contains(e.Transports, t.String()) {
			n.Registered = append(n.Registered, e)
		}
	}
	return n
}
