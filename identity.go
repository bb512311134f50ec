package limen

import "encoding/json"

// An Identity is what came of asking one endpoint what it speaks. Two are the
// same if their endpoints are.
type Identity struct {
	Endpoint Endpoint `json:"endpoint"`
	Service  *Service `json:"service,omitempty"` // nil if nothing could be told
	Why      string   `json:"why,omitempty"`     // what was seen instead
	Owners   []Owner  `json:"owners"`            // who answers there, of this machine
}

// MarshalJSON writes absent lists as empty ones.
func (i Identity) MarshalJSON() ([]byte, error) {
	type plain Identity
	p := plain(i)
	p.Owners = orEmpty(p.Owners)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (i *Identity) UnmarshalJSON(b []byte) error {
	type plain Identity
	if err := json.Unmarshal(b, (*plain)(i)); err != nil {
		return err
	}
	i.Owners = orNil(i.Owners)
	return nil
}

// Identities are what came of asking several endpoints.
type Identities struct {
	Identities []Identity `json:"identities"`
	Gaps       []Gap      `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (i Identities) MarshalJSON() ([]byte, error) {
	type plain Identities
	p := plain(i)
	p.Identities, p.Gaps = orEmpty(p.Identities), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (i *Identities) UnmarshalJSON(b []byte) error {
	type plain Identities
	if err := json.Unmarshal(b, (*plain)(i)); err != nil {
		return err
	}
	i.Identities, i.Gaps = orNil(i.Identities), orNil(i.Gaps)
	return nil
}
