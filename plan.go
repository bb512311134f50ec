package limen

import (
	"encoding/json"
	"time"
)

// A Plan is what freeing a port would do, before it is done. Two are the same
// if machine, time, transport and port are.
type Plan struct {
	Machine   string    `json:"machine"`
	Time      time.Time `json:"time"`
	Transport Transport `json:"transport"`
	Port      uint16    `json:"port"`
	Steps     []Step    `json:"steps"`               // in the order they would be taken; empty if nothing holds the port
	Protected string    `json:"protected,omitempty"` // why the port has to be typed before anything is stopped
	Gaps      []Gap     `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (p Plan) MarshalJSON() ([]byte, error) {
	type plain Plan
	q := plain(p)
	q.Steps, q.Gaps = orEmpty(q.Steps), orEmpty(q.Gaps)
	return json.Marshal(q)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Plan) UnmarshalJSON(b []byte) error {
	type plain Plan
	if err := json.Unmarshal(b, (*plain)(p)); err != nil {
		return err
	}
	p.Steps, p.Gaps = orNil(p.Steps), orNil(p.Gaps)
	return nil
}

// A Step is one thing that would be stopped.
type Step struct {
	Way       Way        `json:"way"`
	Owners    []Owner    `json:"owners"`              // who would end, the one that is told first
	Endpoints []Endpoint `json:"endpoints,omitempty"` // what they hold of the port
	Command   string     `json:"command,omitempty"`   // what a person would type for it; empty if there is no such command
	Effect    string     `json:"effect"`              // what happens, in words
	Refused   string     `json:"refused,omitempty"`   // why limen does not do it; empty if it does
	Next      string     `json:"next,omitempty"`      // what to do instead, where it is refused
}

// A Way is how something is stopped. It is text because the set grows.
type Way string

const (
	BySignal    Way = "signal"    // the process is asked to end
	ByTool      Way = "tool"      // its keeper's own tool stops it
	ByContainer Way = "container" // the engine stops its container
	NoWay       Way = "none"      // nobody can be told
)

// Freed is what was stopped to free a port, and what a bind then said. Two are
// the same if machine, time, transport and port are.
type Freed struct {
	Machine   string    `json:"machine"`
	Time      time.Time `json:"time"`
	Transport Transport `json:"transport"`
	Port      uint16    `json:"port"`
	Freed     bool      `json:"freed"`              // the port was bound afterwards, on every family
	Stopped   []Stopped `json:"stopped"`            // in the order it was done
	Remaining []Owner   `json:"remaining"`          // who holds it still, or again
	Stubborn  bool      `json:"stubborn,omitempty"` // somebody was asked to end and goes on; Force would kill it
	Failure   *Kind     `json:"failure,omitempty"`  // nil if Freed
	Why       string    `json:"why,omitempty"`      // why it is not free, or what else is worth knowing
	Next      string    `json:"next,omitempty"`
	Gaps      []Gap     `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (f Freed) MarshalJSON() ([]byte, error) {
	type plain Freed
	p := plain(f)
	p.Stopped, p.Remaining, p.Gaps = orEmpty(p.Stopped), orEmpty(p.Remaining), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Freed) UnmarshalJSON(b []byte) error {
	type plain Freed
	if err := json.Unmarshal(b, (*plain)(f)); err != nil {
		return err
	}
	f.Stopped, f.Remaining, f.Gaps = orNil(f.Stopped), orNil(f.Remaining), orNil(f.Gaps)
	return nil
}

// Stopped is a process that has ended because it was told to.
type Stopped struct {
	Owner Owner         `json:"owner"`
	How   string        `json:"how"`             // in words: SIGTERM, or the command that did it
	Exit  *int          `json:"exit"`            // as a shell gives it; nil where the system does not tell
	After time.Duration `json:"after,omitempty"` // from the word to the end, in nanoseconds
}
