package limen

import (
	"encoding/json"
)

// Settings are what a person has set, each with where it was set.
type Settings struct {
	Files    []string  `json:"files"` // that were looked for, the first one before the others
	Settings []Setting `json:"settings"`
}

// MarshalJSON writes absent lists as empty ones.
func (s Settings) MarshalJSON() ([]byte, error) {
	type plain Settings
	p := plain(s)
	p.Files, p.Settings = orEmpty(p.Files), orEmpty(p.Settings)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Settings) UnmarshalJSON(b []byte) error {
	type plain Settings
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Files, s.Settings = orNil(s.Files), orNil(s.Settings)
	return nil
}

// A Setting is something that a person can set.
type Setting struct {
	Name  string   `json:"name"`  // as in "scan.networks"
	Value []string `json:"value"` // all settings are lists so far
	From  string   `json:"from"`  // the file that says so; "default" if none does
	Doc   string   `json:"doc"`   // what it does
}
