package limen

import (
	"encoding/json"
	"time"
)

// A Waited is what came of waiting for goals. Two are the same if machine and
// time are.
type Waited struct {
	Machine string        `json:"machine"`
	Time    time.Time     `json:"time"` // when it ended
	Outcome Outcome       `json:"outcome"`
	Took    time.Duration `json:"took"` // nanoseconds
	Goals   []Awaited     `json:"goals"`
	Why     string        `json:"why,omitempty"`   // of an outcome that is not ready
	Next    string        `json:"next,omitempty"`  // a command to run or a place to look; empty if there is none
	Ended   *Ended        `json:"ended,omitempty"` // the process that was to bring it about, if it has ended
	Gaps    []Gap         `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (w Waited) MarshalJSON() ([]byte, error) {
	type plain Waited
	p := plain(w)
	p.Goals, p.Gaps = orEmpty(p.Goals), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Waited) UnmarshalJSON(b []byte) error {
	type plain Waited
	if err := json.Unmarshal(b, (*plain)(w)); err != nil {
		return err
	}
	w.Goals, w.Gaps = orNil(w.Goals), orNil(w.Gaps)
	return nil
}

// An Outcome is how waiting ended. The zero value is invalid.
type Outcome uint8

const (
	OutcomeReady     Outcome = iota + 1 // the goals were reached
	OutcomeTimeout                      // the time was over before
	OutcomePointless                    // they cannot be reached any more
)

var outcomes = names{"", "ready", "timeout", "pointless"}

func (o Outcome) String() string { return outcomes.word(int(o), "Outcome") }

// MarshalText writes the outcome's word, such as "timeout".
func (o Outcome) MarshalText() ([]byte, error) { return outcomes.text(int(o), "outcome") }

// UnmarshalText reads what MarshalText wrote.
func (o *Outcome) UnmarshalText(b []byte) error {
	i, err := outcomes.parse(string(b), "outcome")
	*o = Outcome(i)
	return err
}

// An Awaited is one goal and how far it came. Two are the same if their goals
// are.
type Awaited struct {
	Goal    Goal          `json:"goal"`
	Reached bool          `json:"reached"`
	After   time.Duration `json:"after,omitempty"` // how long that took, in nanoseconds
	Saw     string        `json:"saw"`             // at the last look
}

// An Ended is a process that has ended, and what it left. Two are the same if
// their ProcessIDs are.
type Ended struct {
	ProcessID
	Status *int     `json:"status,omitempty"` // as the process chose it; nil if a signal ended it, or nobody tells
	Signal string   `json:"signal,omitempty"` // such as SIGKILL; empty if none ended it, or nobody tells
	Lines  []string `json:"lines,omitempty"`  // the last that it wrote, if into a file
}
