package limen

import (
	"encoding/json"
	"time"
)

// A Served is one thing that a server of a folder tells: that it is there, of
// a request, or of something a person should know. Its Kind says which of the
// others it has.
type Served struct {
	Time    time.Time  `json:"time"`
	Kind    ServedKind `json:"kind"`
	Site    *Site      `json:"site,omitempty"`
	Request *Visit     `json:"request,omitempty"`
	Notice  *Notice    `json:"notice,omitempty"`
}

// A ServedKind is what a Served tells of. The zero value is invalid.
type ServedKind uint8

const (
	ServedOpened  ServedKind = iota + 1 // it answers from here on
	ServedRequest                       // somebody asked for something, and has the answer
	ServedNotice                        // a person should know something
)

var servedKinds = names{"", "opened", "request", "notice"}

func (k ServedKind) String() string { return servedKinds.word(int(k), "ServedKind") }

// MarshalText writes the kind's word, such as "request".
func (k ServedKind) MarshalText() ([]byte, error) { return servedKinds.text(int(k), "kind") }

// UnmarshalText reads what MarshalText wrote.
func (k *ServedKind) UnmarshalText(b []byte) error {
	i, err := servedKinds.parse(string(b), "kind")
	*k = ServedKind(i)
	return err
}

// A Site is a folder that is served. Two are the same if their endpoints are.
type Site struct {
	Root      string     `json:"root"` // the folder
	URLs      []string   `json:"urls"` // the best first
	Endpoints []Endpoint `json:"endpoints"`
	Drop      string     `json:"drop,omitempty"` // the link that takes a file
	Code      string     `json:"code,omitempty"` // the best URL as a QR code, drawn in block characters
}

// MarshalJSON writes absent lists as empty ones.
func (s Site) MarshalJSON() ([]byte, error) {
	type plain Site
	p := plain(s)
	p.URLs, p.Endpoints = orEmpty(p.URLs), orEmpty(p.Endpoints)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Site) UnmarshalJSON(b []byte) error {
	type plain Site
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.URLs, s.Endpoints = orNil(s.URLs), orNil(s.Endpoints)
	return nil
}

// A Visit is a request and what became of it. All its texts are foreign.
type Visit struct {
	Method   string        `json:"method"`
	Host     string        `json:"host,omitempty"`
	Path     string        `json:"path"` // as it was asked for, with its query; cut where it is very long
	Status   int           `json:"status"`
	Bytes    int64         `json:"bytes"`   // of the body that went out
	Elapsed  time.Duration `json:"elapsed"` // in nanoseconds
	Peer     string        `json:"peer,omitempty"`
	Agent    string        `json:"agent,omitempty"`
	Protocol string        `json:"protocol,omitempty"` // as HTTP/1.1
	Secure   bool          `json:"secure,omitempty"`   // it came over TLS
}

// A Notice is something that a person should know of what is served.
type Notice struct {
	What string `json:"what"`
	Why  string `json:"why,omitempty"`
	Next string `json:"next,omitempty"`
}
