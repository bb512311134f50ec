package limen

import (
	"encoding/json"
	"time"
)

// A Certificate is what the local authority has signed for a program of its
// own, and the files that it lies in. Two are the same if their files are.
type Certificate struct {
	Names []string  `json:"names"`
	File  string    `json:"file"` // the certificate, and behind it that of the authority
	Key   string    `json:"key"`  // its key, for its owner alone
	Until time.Time `json:"until"`
	Gaps  []Gap     `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (c Certificate) MarshalJSON() ([]byte, error) {
	type plain Certificate
	p := plain(c)
	p.Names, p.Gaps = orEmpty(p.Names), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Certificate) UnmarshalJSON(b []byte) error {
	type plain Certificate
	if err := json.Unmarshal(b, (*plain)(c)); err != nil {
		return err
	}
	c.Names, c.Gaps = orNil(c.Names), orNil(c.Gaps)
	return nil
}
