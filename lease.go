package limen

import (
	"encoding/json"
	"time"
)

// A Lease is a port that limen gives to nobody else: for a name, until it is
// released, or for a moment, so that whoever asked can bind it. It is limen's
// own word and binds no other program. Two are the same if their ports are.
type Lease struct {
	Port     uint16    `json:"port"`
	Name     string    `json:"name,omitempty"`     // empty for a port that was picked for a moment
	Project  string    `json:"project,omitempty"`  // the directory that the name belongs to
	Branch   string    `json:"branch,omitempty"`   // of that directory, where it has one
	Worktree string    `json:"worktree,omitempty"` // likewise
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until,omitzero"` // zero means until it is released
	Why      string    `json:"why,omitempty"`  // why this port and no other, where that is worth a word
}

// IsOver reports whether a lease has ended at now. One that began after now
// has, too: the clock was set back, and nobody knows how far.
func (l Lease) IsOver(now time.Time) bool {
	return !l.Until.IsZero() && (!now.Before(l.Until) || now.Before(l.Since.Add(-time.Second)))
}

// Leases are ports that limen gives to nobody else, in their order.
type Leases struct {
	Leases []Lease `json:"leases"`
	Gaps   []Gap   `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (l Leases) MarshalJSON() ([]byte, error) {
	type plain Leases
	p := plain(l)
	p.Leases, p.Gaps = orEmpty(p.Leases), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Leases) UnmarshalJSON(b []byte) error {
	type plain Leases
	if err := json.Unmarshal(b, (*plain)(l)); err != nil {
		return err
	}
	l.Leases, l.Gaps = orNil(l.Leases), orNil(l.Gaps)
	return nil
}
