package limen

import "encoding/json"

// Routes are the names of this machine, where they are answered, and who wants
// one that another has.
type Routes struct {
	Routes  []Route   `json:"routes"`  // by name
	Unnamed []Unnamed `json:"unnamed"` // listeners that could have a name and have none
	Doors   []Door    `json:"doors"`   // where names are answered; empty if the daemon does not run
	Gaps    []Gap     `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (r Routes) MarshalJSON() ([]byte, error) {
	type plain Routes
	p := plain(r)
	p.Routes, p.Unnamed, p.Doors, p.Gaps = orEmpty(p.Routes), orEmpty(p.Unnamed), orEmpty(p.Doors), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Routes) UnmarshalJSON(b []byte) error {
	type plain Routes
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Routes, r.Unnamed, r.Doors, r.Gaps = orNil(r.Routes), orNil(r.Unnamed), orNil(r.Doors), orNil(r.Gaps)
	return nil
}

// An Unnamed is a listener of the user that has no name, and why: by the rule,
// or because the name that it would have is another's. Two are the same if
// their endpoints are.
type Unnamed struct {
	Endpoint Endpoint `json:"endpoint"`
	Owner    *Owner   `json:"owner,omitempty"`
	Name     string   `json:"name,omitempty"` // what it would be called; then it is a question to a person
	Why      string   `json:"why"`
	Next     string   `json:"next,omitempty"`
}
