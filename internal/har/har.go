// Package har is the HTTP Archive, version 1.2, which browsers and many tools
// read and write. Names are those of its specification (W3C Web Performance,
// "HTTP Archive (HAR) format"); those that begin with an underscore are anybody's
// own, as it allows.
package har

import "time"

// Version is that of the specification.
const Version = "1.2"

// A Log is all of an archive.
type Log struct {
	Version string   `json:"version"`
	Creator Creator  `json:"creator"`
	Paths   []string `json:"_paths,omitempty"` // those that it stands for; what is not in it was not asked for
	Comment string   `json:"comment,omitempty"`
	Entries []Entry  `json:"entries"` // in the order of time
}

// A Creator is what has written an archive.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"` // of what it adds to the specification
}

// An Entry is one request with its answer.
type Entry struct {
	Started  time.Time `json:"startedDateTime"`
	Time     float64   `json:"time"` // in milliseconds
	Request  Request   `json:"request"`
	Response Response  `json:"response"`
	Cache    struct{}  `json:"cache"`
	Timings  Timings   `json:"timings"`
	Comment  string    `json:"comment,omitempty"`

	// As Chromium has them.
	Kind     string    `json:"_resourceType,omitempty"`
	Messages []Message `json:"_webSocketMessages,omitempty"`

	// What limen knows beyond.
	ID      string `json:"_id,omitempty"`
	Process string `json:"_process,omitempty"` // who asked, as in "curl (4711)"
}

// Timings are how long the parts of a request took, in milliseconds.
type Timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// A Request is what was asked.
type Request struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	HTTPVersion string `json:"httpVersion"`
	Cookies     []Pair `json:"cookies"`
	Headers     []Pair `json:"headers"`
	Query       []Pair `json:"queryString"`
	PostData    *Body  `json:"postData,omitempty"`
	HeadersSize int    `json:"headersSize"` // -1: nobody has counted
	BodySize    int64  `json:"bodySize"`
}

// A Response is what was answered. Its status is 0 if there was no answer.
type Response struct {
	Status      int     `json:"status"`
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []Pair  `json:"cookies"`
	Headers     []Pair  `json:"headers"`
	Content     Content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"`
	BodySize    int64   `json:"bodySize"`
	Fault       string  `json:"_error,omitempty"` // as Chromium has it
}

// A Pair is a name and its value.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Body is that of a request. The specification has no place for one that is
// no text; limen writes it as it has answers.
type Body struct {
	MimeType string `json:"mimeType"`
	Params   []Pair `json:"params"`
	Text     string `json:"text"`
	Encoding string `json:"_encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// Content is the body of an answer.
type Content struct {
	Size     int64  `json:"size"` // of what is to be read
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"` // base64, or empty for a text
	Comment  string `json:"comment,omitempty"`
}

// A Message is one of a WebSocket.
type Message struct {
	Type   string  `json:"type"`   // send or receive
	Time   float64 `json:"time"`   // in seconds since 1970
	Opcode int     `json:"opcode"` // RFC 6455, section 11.8
	Data   string  `json:"data"`   // in base64 where the opcode says that it is no text
}
