package limen

import (
	"encoding/json"
	"time"
)

// A Snapshot is one machine at one moment: its listeners, and the gaps in
// what could be seen. Two are the same if machine and time are.
type Snapshot struct {
	Machine     string       `json:"machine"` // the host's name
	Time        time.Time    `json:"time"`
	Listeners   []Listener   `json:"listeners"`
	Connections []Connection `json:"connections,omitempty"` // only when asked for
	Gaps        []Gap        `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones, so that an empty machine and
// a missing field cannot be confused.
func (s Snapshot) MarshalJSON() ([]byte, error) {
	type plain Snapshot
	p := plain(s)
	p.Listeners, p.Gaps = orEmpty(p.Listeners), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Snapshot) UnmarshalJSON(b []byte) error {
	type plain Snapshot
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Listeners, s.Gaps = orNil(s.Listeners), orNil(s.Gaps)
	return nil
}

// A Gap is something limen could not see. Two are the same if all three parts
// are.
type Gap struct {
	What string `json:"what"`           // what is missing from the answer
	Why  string `json:"why"`            // what kept limen from seeing it
	Next string `json:"next,omitempty"` // a command or a place to look; empty if there is none
}
