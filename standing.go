package limen

import (
	"encoding/json"
	"time"
)

// A Standing is what the daemon of a user says of itself. Two are the same if
// machine and time are.
type Standing struct {
	Machine      string     `json:"machine"`
	Time         time.Time  `json:"time"`
	Process      *ProcessID `json:"process,omitempty"` // nil if none runs
	Version      string     `json:"version,omitempty"`
	Since        time.Time  `json:"since,omitzero"`
	Socket       string     `json:"socket,omitempty"` // where it is asked
	Vantage      Vantage    `json:"vantage"`
	SettingsMark string     `json:"settingsMark,omitempty"` // another one if what was read in the settings is; empty if they are read for each question
	Doors        []Door     `json:"doors"`
	Names        int        `json:"names"`               // how many are live
	Observes     bool       `json:"observes"`            // new listeners are named
	Authority    *Authority `json:"authority,omitempty"` // nil if there is none: HTTPS then has certificates that nobody trusts
	Usage        *Usage     `json:"usage,omitempty"`
	Service      string     `json:"service,omitempty"` // the file by which the system starts it; empty if it does not
	Note         string     `json:"note,omitempty"`    // what was just done to it
	Gaps         []Gap      `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (s Standing) MarshalJSON() ([]byte, error) {
	type plain Standing
	p := plain(s)
	p.Doors, p.Gaps = orEmpty(p.Doors), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Standing) UnmarshalJSON(b []byte) error {
	type plain Standing
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Doors, s.Gaps = orNil(s.Doors), orNil(s.Gaps)
	return nil
}

// A Vantage is from where a daemon sees its machine. Whoever has another one must
// not take its word: a process in a container may have the same home, and
// finds the same socket there. Two are the same if all parts are.
type Vantage struct {
	User     int64  `json:"user"`              // as whom it runs; -1 where the system numbers no users
	Network  uint64 `json:"network,omitempty"` // the inode of its network namespace
	PIDs     uint64 `json:"pids,omitempty"`    // and of that of its PIDs
	Home     string `json:"home,omitempty"`
	Settings string `json:"settings,omitempty"` // where it reads settings
	State    string `json:"state,omitempty"`    // where it keeps what it remembers
}
