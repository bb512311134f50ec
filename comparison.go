package limen

import "encoding/json"

// A Comparison is what is different between two exchanges.
type Comparison struct {
	Before      Exchange     `json:"before"`
	After       Exchange     `json:"after"`
	Differences []Difference `json:"differences"`
	Gaps        []Gap        `json:"gaps"` // such as bodies that were not kept as a whole
}

// MarshalJSON writes absent lists as empty ones.
func (c Comparison) MarshalJSON() ([]byte, error) {
	type plain Comparison
	p := plain(c)
	p.Differences, p.Gaps = orEmpty(p.Differences), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Comparison) UnmarshalJSON(b []byte) error {
	type plain Comparison
	if err := json.Unmarshal(b, (*plain)(c)); err != nil {
		return err
	}
	c.Differences, c.Gaps = orNil(c.Differences), orNil(c.Gaps)
	return nil
}

// A Difference is one part in which two exchanges differ.
type Difference struct {
	Part   string `json:"part"`             // such as status, answer field Content-Type, or answer body line 12
	Before string `json:"before,omitempty"` // empty if it was not there
	After  string `json:"after,omitempty"`

	Fleeting bool `json:"fleeting,omitempty"` // it differs each time anyway, as Date does
}
