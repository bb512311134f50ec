package limen

import "time"

// A Service is what speaks at an endpoint, found by speaking to it or, where
// that was not allowed, guessed from its owner; Confidence says which.
type Service struct {
	Protocol       string         `json:"protocol"`          // such as "http" or "postgresql"; empty if nothing was told
	Product        string         `json:"product,omitempty"` // such as "nginx"
	Version        string         `json:"version,omitempty"` // of the product, as it tells it
	Title          string         `json:"title,omitempty"`   // what it calls itself to people: a page's title, a cluster's name
	TLS            *TLS           `json:"tls,omitempty"`     // nil if it speaks in the clear
	Authentication Authentication `json:"authentication"`
	Confidence     Confidence     `json:"confidence"`
	Evidence       []Evidence     `json:"evidence,omitempty"`
}

// TLS is what a server showed of itself in a handshake.
type TLS struct {
	Version string    `json:"version"`          // such as "1.3"
	Names   []string  `json:"names,omitempty"`  // the certificate is for these, the first of very many
	Expires time.Time `json:"expires,omitzero"` // the certificate's last moment
	Issuer  string    `json:"issuer,omitempty"` // who signed the certificate
}

// Authentication says whether a service asks who is there before it answers.
// The zero value means that it could not be seen.
type Authentication uint8

const (
	AuthenticationUnknown  Authentication = iota
	AuthenticationNone                    // it answered a question that it would keep from strangers if it knew any
	AuthenticationRequired                // it asked for a name, a password, a token or a certificate
)

var authentications = names{"unknown", "none", "required"}

func (a Authentication) String() string { return authentications.word(int(a), "Authentication") }

// MarshalText writes the word, such as "required".
func (a Authentication) MarshalText() ([]byte, error) {
	return authentications.text(int(a), "authentication")
}

// UnmarshalText reads what MarshalText wrote.
func (a *Authentication) UnmarshalText(b []byte) error {
	i, err := authentications.parse(string(b), "authentication")
	*a = Authentication(i)
	return err
}

// Confidence says how sure it is what speaks at an endpoint. The zero value is
// invalid.
type Confidence uint8

const (
	Guessed   Confidence = iota + 1 // from its owner alone; nothing was said
	Told                            // by its banner, which anyone may write
	Exchanged                       // proved: it kept to the protocol in an exchange
)

var confidences = names{"", "guessed", "told", "proved"}

func (c Confidence) String() string { return confidences.word(int(c), "Confidence") }

// MarshalText writes "guessed", "told" or "proved".
func (c Confidence) MarshalText() ([]byte, error) { return confidences.text(int(c), "confidence") }

// UnmarshalText reads what MarshalText wrote.
func (c *Confidence) UnmarshalText(b []byte) error {
	i, err := confidences.parse(string(b), "confidence")
	*c = Confidence(i)
	return err
}

// Evidence is something that was seen, and what it says.
type Evidence struct {
	What string `json:"what"` // what it says, in words
	From string `json:"from"` // where it was seen: a file, a system call, bytes from a peer
}
