package limen

import (
	"encoding/json"
	"time"
)

// Undone is what was started again of what freeing a port had stopped. Two are
// the same if machine, time and port are.
type Undone struct {
	Machine   string    `json:"machine"`
	Time      time.Time `json:"time"`
	Port      uint16    `json:"port"`
	Stopped   time.Time `json:"stopped"`           // when it was
	Started   []Started `json:"started"`           // in the order it was done
	Listening bool      `json:"listening"`         // somebody listens on the port again
	Failure   *Kind     `json:"failure,omitempty"` // nil if Listening
	Why       string    `json:"why,omitempty"`     // why nobody does
	Next      string    `json:"next,omitempty"`
	Gaps      []Gap     `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (u Undone) MarshalJSON() ([]byte, error) {
	type plain Undone
	p := plain(u)
	p.Started, p.Gaps = orEmpty(p.Started), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (u *Undone) UnmarshalJSON(b []byte) error {
	type plain Undone
	if err := json.Unmarshal(b, (*plain)(u)); err != nil {
		return err
	}
	u.Started, u.Gaps = orNil(u.Started), orNil(u.Gaps)
	return nil
}

// Started is something that was started again.
type Started struct {
	Name string `json:"name"`          // of the program, unit or container
	How  string `json:"how"`           // the command that did it
	PID  int    `json:"pid,omitempty"` // of a program that limen started itself
	Log  string `json:"log,omitempty"` // the file that has what such a program prints
}
