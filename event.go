package limen

import (
	"cmp"
	"slices"
	"time"
)

// An Event is one change between two moments: a listener that opened, closed,
// or changed hands. Two are the same if all three parts are.
type Event struct {
	Time     time.Time `json:"time"` // when it happened, or was first seen to have
	Change   Change    `json:"change"`
	Listener Listener  `json:"listener"` // as it was after the change; a closed one as it was last
}

// A Change is what became of a listener. The zero value is invalid.
type Change uint8

const (
	Opened       Change = iota + 1 // it was not there before
	Closed                         // it is there no more
	OwnerChanged                   // the same socket is another process's now
)

var changes = names{"", "opened", "closed", "owner"}

func (c Change) String() string { return changes.word(int(c), "Change") }

// MarshalText writes the change's word, such as "opened".
func (c Change) MarshalText() ([]byte, error) { return changes.text(int(c), "change") }

// UnmarshalText reads what MarshalText wrote.
func (c *Change) UnmarshalText(b []byte) error {
	i, err := changes.parse(string(b), "change")
	*c = Change(i)
	return err
}

// ListenerID is what makes two listeners the same, at two moments or on two
// ways of looking. Where the system numbers no sockets, those that share an
// endpoint cannot be told apart.
type ListenerID struct {
	Endpoint  Endpoint
	Namespace Namespace
	Socket    uint64
}

// ID returns what makes two listeners the same.
func (l Listener) ID() ListenerID { return ListenerID{l.Endpoint, l.Namespace, l.Socket} }

// Compare orders IDs by endpoint, then by namespace and number.
func (a ListenerID) Compare(b ListenerID) int {
	return cmp.Or(a.Endpoint.Compare(b.Endpoint), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Socket, b.Socket))
}

// Lead returns the process that answers for the listener before all others;
// the zero ProcessID if none is known.
func (l Listener) Lead() ProcessID {
	if len(l.Owners) == 0 {
		return ProcessID{}
	}
	return l.Owners[0].Process.ProcessID
}

// Diff returns what happened between two looks at one machine, the second at
// a moment: what closed, then what opened or changed hands, each in the order
// of endpoints. An owner who could not be seen at one of them is no change.
func Diff(before, after []Listener, at time.Time) []Event {
	gone := byID(before)
	var events []Event
	for id, l := range byID(after) {
		was, there := gone[id]
		delete(gone, id)
		switch {
		case !there:
			events = append(events, Event{at, Opened, l})
		case HandsChanged(was, l):
			events = append(events, Event{at, OwnerChanged, l})
		}
	}
	for _, l := range gone {
		events = append(events, Event{at, Closed, l})
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(order(a.Change), order(b.Change)), a.Listener.ID().Compare(b.Listener.ID()))
	})
	return events
}

// HandsChanged reports whether one socket is led by another process than
// before.
func HandsChanged(before, after Listener) bool {
	none := ProcessID{}
	return before.Lead() != none && after.Lead() != none && before.Lead() != after.Lead()
}

// order puts what makes room before what takes it, so that a port that was
// taken over reads as it went.
func order(c Change) int {
	if c == Closed {
		return 0
	}
	return 1
}

func byID(all []Listener) map[ListenerID]Listener {
	m := make(map[ListenerID]Listener, len(all))
	for _, l := range all {
		m[l.ID()] = l
	}
	return m
}

// News is what a watch tells, one after another: events, and what it could not
// see. The first says with neither that the watch has begun: whatever happens
// from there on is told.
type News struct {
	Event *Event `json:"event,omitempty"`
	Gaps  []Gap  `json:"gaps,omitempty"` // events that were missed, or will be
}
