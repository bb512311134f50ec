package limen

import "encoding/json"

// A Launch is how a program will be started: which port it is told, in which
// words, and what stands in the way. Two are the same if all fields are.
type Launch struct {
	App         string   `json:"app"`
	Project     string   `json:"project,omitempty"` // the directory of the project
	Directory   string   `json:"directory"`
	Command     []string `json:"command"`            // as it will be run
	Environment []string `json:"environment"`        // NAME=value, beside what is there
	Host        string   `json:"host"`               // the address it is told
	Port        uint16   `json:"port"`               // the port it is told, or names itself
	Named       bool     `json:"named"`              // the command names the port, and nothing was added
	Hint        string   `json:"hint,omitempty"`     // the row of the table of hints that fits
	Evidence    string   `json:"evidence,omitempty"` // what says that the program takes it so
	Why         string   `json:"why,omitempty"`      // why nothing was added to the command, or why this port

	Wanted  uint16  `json:"wanted,omitempty"`  // the port that was wanted, and cannot be had; 0 if it can
	Holders []Owner `json:"holders"`           // who has it
	Cause   string  `json:"cause,omitempty"`   // why it cannot be had, in words
	Running string  `json:"running,omitempty"` // where the same project answers already; empty if it does not
	Gaps    []Gap   `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (l Launch) MarshalJSON() ([]byte, error) {
	type plain Launch
	p := plain(l)
	p.Command, p.Environment, p.Holders, p.Gaps = orEmpty(p.Command), orEmpty(p.Environment), orEmpty(p.Holders), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Launch) UnmarshalJSON(b []byte) error {
	type plain Launch
	if err := json.Unmarshal(b, (*plain)(l)); err != nil {
		return err
	}
	l.Command, l.Environment, l.Holders, l.Gaps = orNil(l.Command), orNil(l.Environment), orNil(l.Holders), orNil(l.Gaps)
	return nil
}
