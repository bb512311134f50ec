package limen

import (
	"encoding/json"
	"net/netip"
)

// A Resolution is how programs of this machine find the address of a name,
// each way tried. Two are the same if their names are.
type Resolution struct {
	Name   string     `json:"name"`
	Ways   []Lookup   `json:"ways"`
	Hosts  HostsBlock `json:"hosts"`
	Server *Endpoint  `json:"server,omitempty"` // limen's own responder of DNS; nil if it does not answer
	Gaps   []Gap      `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (r Resolution) MarshalJSON() ([]byte, error) {
	type plain Resolution
	p := plain(r)
	p.Ways, p.Gaps = orEmpty(p.Ways), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Resolution) UnmarshalJSON(b []byte) error {
	type plain Resolution
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Ways, r.Gaps = orNil(r.Ways), orNil(r.Gaps)
	return nil
}

// A Lookup is one way to find the address of a name, and what came of it.
type Lookup struct {
	Way     string       `json:"way"`               // who looks it up so, such as "programs that use the C library"
	Found   []netip.Addr `json:"found,omitempty"`   // what it found
	Works   bool         `json:"works"`             // it leads to limen
	Guessed bool         `json:"guessed,omitempty"` // from what is known of the way; it was not tried
	Why     string       `json:"why,omitempty"`
	Next    string       `json:"next,omitempty"`
}

// A HostsBlock is what limen has written into the system's file of hosts.
type HostsBlock struct {
	File  string   `json:"file,omitempty"`
	Names []string `json:"names,omitempty"` // empty if there is no block
}
