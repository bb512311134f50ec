package limen

import (
	"encoding/json"
	"time"
)

// A Tapped is one thing that a tap tells: what is tapped, a request, a message of one
// that goes on, what an answer was found to be, or how much it does not tell. Its Kind says which of the
// others it has.
type Tapped struct {
	Time     time.Time  `json:"time"`
	Kind     TappedKind `json:"kind"`
	Tap      *Tap       `json:"tap,omitempty"`
	Exchange *Exchange  `json:"exchange,omitempty"`
	Frame    *Frame     `json:"frame,omitempty"`
	Document *Document  `json:"document,omitempty"`
	Missed   int64      `json:"missed,omitempty"`  // requests that were not kept, because there were too many at once
	Gap      *Gap       `json:"gap,omitempty"`     // or because of this, told once
	Unshown  int64      `json:"unshown,omitempty"` // requests that were kept, and messages, which went by too fast to be told
}

// A TappedKind is what a Tapped tells of. The zero value is invalid.
type TappedKind uint8

const (
	TapOpened   TappedKind = iota + 1 // from here on is seen what goes through
	TapExchange                       // a request has ended, or goes on for longer
	TapFrame                          // a message of one that goes on
	TapMissed                         // some were not kept, or not told
	TapDocument                       // an answer describes the interface of who gave it
)

var tappedKinds = names{"", "opened", "exchange", "frame", "missed", "document"}

func (k TappedKind) String() string { return tappedKinds.word(int(k), "TappedKind") }

// MarshalText writes the kind's word, such as "exchange".
func (k TappedKind) MarshalText() ([]byte, error) { return tappedKinds.text(int(k), "kind") }

// UnmarshalText reads what MarshalText wrote.
func (k *TappedKind) UnmarshalText(b []byte) error {
	i, err := tappedKinds.parse(string(b), "kind")
	*k = TappedKind(i)
	return err
}

// A Tap is what is tapped.
type Tap struct {
	Names     []string   `json:"names"`              // the names whose requests are seen; empty together with Endpoint means all
	Endpoint  *Endpoint  `json:"endpoint,omitempty"` // of a listener that stands before a port, and was opened for this
	Target    *Target    `json:"target,omitempty"`   // what that stands before
	Documents []Document `json:"documents"`
	Gaps      []Gap      `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (t Tap) MarshalJSON() ([]byte, error) {
	type plain Tap
	p := plain(t)
	p.Names, p.Documents, p.Gaps = orEmpty(p.Names), orEmpty(p.Documents), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Tap) UnmarshalJSON(b []byte) error {
	type plain Tap
	if err := json.Unmarshal(b, (*plain)(t)); err != nil {
		return err
	}
	t.Names, t.Documents, t.Gaps = orNil(t.Names), orNil(t.Documents), orNil(t.Gaps)
	return nil
}

// A Document is a description of its own interface that a service offers.
type Document struct {
	URL     string `json:"url"`
	Format  string `json:"format"`            // such as OpenAPI 3.1.0
	Title   string `json:"title,omitempty"`   // as it calls itself
	Version string `json:"version,omitempty"` // of the interface
}
