package limen

import "encoding/json"

// A Number is what a port number is for, in layers that stand apart: what it
// is registered for, what is really met there, and the rules that hold for
// it. None of them says what holds it on a certain machine. Two are the same
// if port and transport are.
type Number struct {
	Port       uint16         `json:"port"`
	Transport  Transport      `json:"transport,omitzero"` // zero means every transport
	Range      Range          `json:"range"`
	Rules      []Evidence     `json:"rules"`           // what holds for it everywhere, and who says so
	Here       []Evidence     `json:"here,omitempty"`  // what the settings of the machine that was asked make of it
	Blocked    bool           `json:"blocked"`         // browsers refuse it in http and https URLs
	Registered []Registration `json:"registered"`      // as IANA has it; empty if the number is unassigned
	Source     string         `json:"source"`          // the copy of IANA's list that says so
	Known      *Known         `json:"known,omitempty"` // nil if nothing is known beyond the list
}

// MarshalJSON writes absent lists as empty ones.
func (n Number) MarshalJSON() ([]byte, error) {
	type plain Number
	p := plain(n)
	p.Rules, p.Registered = orEmpty(p.Rules), orEmpty(p.Registered)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(b []byte) error {
	type plain Number
	if err := json.Unmarshal(b, (*plain)(n)); err != nil {
		return err
	}
	n.Rules, n.Registered = orNil(n.Rules), orNil(n.Registered)
	return nil
}

// A Registration is one entry of IANA's registry of service names and port
// numbers (RFC 6335). The short copy inside the program has no people and no
// dates; the official list has both. Two are the same if all fields are.
type Registration struct {
	Name        string    `json:"name,omitempty"` // the service's; empty where the number is reserved or was given back
	Description string    `json:"description,omitempty"`
	Transports  []string  `json:"transports,omitempty"` // among tcp, udp, sctp and dccp; empty if IANA does not say
	Ports       PortRange `json:"ports,omitzero"`       // all it covers; zero if this number only
	Assignee    string    `json:"assignee,omitempty"`
	Contact     string    `json:"contact,omitempty"`
	Registered  string    `json:"registered,omitempty"` // 2023-08-04, or 2002-05 where IANA has only the month
	Modified    string    `json:"modified,omitempty"`   // likewise
	Reference   string    `json:"reference,omitempty"`  // such as RFC9110
}

// Known is what is known of a port number's real use. People wrote it down;
// it says what to expect, never what is there.
type Known struct {
	Uses       []Use       `json:"uses"`                 // what is met there, most likely first; never empty
	Registrant *Registrant `json:"registrant,omitempty"` // who asked IANA for the number, where that is worth knowing
	Family     string      `json:"family,omitempty"`     // what the relatives have in common
	Relatives  []uint16    `json:"relatives,omitempty"`  // ports that serve the same end
	History    string      `json:"history,omitempty"`    // a sentence or two
}

// A Use is one thing that is met at a port number.
type Use struct {
	Transport Transport `json:"transport,omitzero"` // zero means TCP and UDP
	What      string    `json:"what"`
}

// A Registrant is who a service name and its number were registered for.
type Registrant struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Year    int    `json:"year,omitempty"` // 0 where IANA gives none, as before 2001 or so
}

// Numbers are what a look at the port numbers found, in order.
type Numbers struct {
	Numbers []Number `json:"numbers"`
	Gaps    []Gap    `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (n Numbers) MarshalJSON() ([]byte, error) {
	type plain Numbers
	p := plain(n)
	p.Numbers, p.Gaps = orEmpty(p.Numbers), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Numbers) UnmarshalJSON(b []byte) error {
	type plain Numbers
	if err := json.Unmarshal(b, (*plain)(n)); err != nil {
		return err
	}
	n.Numbers, n.Gaps = orNil(n.Numbers), orNil(n.Gaps)
	return nil
}
