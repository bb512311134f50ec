package limen

import (
	"encoding/json"
	"strings"
	"time"
)

// A Recording is an exchange with all that was kept of it.
type Recording struct {
	Exchange
	Request  Message `json:"request"`
	Answer   Message `json:"answer"`
	Messages []Frame `json:"messages"`         // the frames of a WebSocket, or the events of a stream
	Hidden   bool    `json:"hidden,omitempty"` // a word stands in the place of each secret
	Gaps     []Gap   `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (r Recording) MarshalJSON() ([]byte, error) {
	type plain Recording
	p := plain(r)
	p.Messages, p.Gaps = orEmpty(p.Messages), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Recording) UnmarshalJSON(b []byte) error {
	type plain Recording
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Messages, r.Gaps = orNil(r.Messages), orNil(r.Gaps)
	return nil
}

// Kept is how much of bodies and messages there is, in bytes.
func (r Recording) Kept() int64 {
	size := len(r.Request.Body) + len(r.Answer.Body)
	for _, f := range r.Messages {
		size += len(f.Body)
	}
	return int64(size)
}

// Bare is the recording without bodies and messages, of which it says that they are
// missing.
func (r Recording) Bare() Recording {
	r.Request.Body, r.Request.Cut = nil, r.Request.Size > 0
	r.Answer.Body, r.Answer.Cut = nil, r.Answer.Size > 0
	r.Messages = nil
	return r
}

// A Message is a request or an answer, without its first line.
type Message struct {
	Fields   []Field `json:"fields"`             // in the order they came
	Body     []byte  `json:"body,omitempty"`     // as much of it as was kept, without what frames it
	Size     int64   `json:"size"`               // of all of it, as it was sent, or was to be
	Plain    bool    `json:"plain,omitempty"`    // Body is for reading: Content-Encoding is undone, and a word in the place of a secret may have another length
	Cut      bool    `json:"cut,omitempty"`      // that is not all there is to be read
	Trailers []Field `json:"trailers,omitempty"` // the fields behind it
}

// MarshalJSON writes an absent list as an empty one.
func (m Message) MarshalJSON() ([]byte, error) {
	type plain Message
	p := plain(m)
	p.Fields = orEmpty(p.Fields)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(b []byte) error {
	type plain Message
	if err := json.Unmarshal(b, (*plain)(m)); err != nil {
		return err
	}
	m.Fields = orNil(m.Fields)
	return nil
}

// IsCut reports whether not all of the body was kept, or none of it.
func (m Message) IsCut() bool { return m.Cut || !m.Plain && m.Size > int64(len(m.Body)) }

// Field returns the first value of a field; names are the same in any case
// (RFC 9110, section 5.1).
func (m Message) Field(name string) string {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// A Field is one line of a head.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Frame is one message of a WebSocket, or one event of a stream of them.
type Frame struct {
	Exchange   string    `json:"exchange"` // its ID
	Time       time.Time `json:"time"`
	FromClient bool      `json:"fromClient,omitempty"`
	Kind       FrameKind `json:"kind"`
	Body       []byte    `json:"body,omitempty"` // as much of it as was kept
	Size       int64     `json:"size"`
}

// A FrameKind is what a Frame is. The zero value is invalid.
type FrameKind uint8

const (
	FrameText   FrameKind = iota + 1 // of a WebSocket (RFC 6455, section 5.6)
	FrameBinary                      // likewise
	FramePing                        // RFC 6455, section 5.5.2
	FramePong                        // RFC 6455, section 5.5.3
	FrameClose                       // RFC 6455, section 5.5.1
	FrameEvent                       // of a text/event-stream
)

var frameKinds = names{"", "text", "binary", "ping", "pong", "close", "event"}

func (k FrameKind) String() string { return frameKinds.word(int(k), "FrameKind") }

// MarshalText writes the kind's word, such as "text".
func (k FrameKind) MarshalText() ([]byte, error) { return frameKinds.text(int(k), "kind of frame") }

// UnmarshalText reads what MarshalText wrote.
func (k *FrameKind) UnmarshalText(b []byte) error {
	i, err := frameKinds.parse(string(b), "kind of frame")
	*k = FrameKind(i)
	return err
}

// Recordings are exchanges with all that was kept of them.
type Recordings struct {
	Recordings []Recording `json:"recordings"`
	Gaps       []Gap       `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (r Recordings) MarshalJSON() ([]byte, error) {
	type plain Recordings
	p := plain(r)
	p.Recordings, p.Gaps = orEmpty(p.Recordings), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Recordings) UnmarshalJSON(b []byte) error {
	type plain Recordings
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Recordings, r.Gaps = orNil(r.Recordings), orNil(r.Gaps)
	return nil
}
