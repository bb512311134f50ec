package limen

import (
	"encoding/json"
	"net/netip"
	"time"
)

// A Verdict says whether a port can be had, proven by trying, and every cause
// when it cannot. Two are the same if machine, time, transport and port are.
type Verdict struct {
	Machine   string    `json:"machine"`
	Time      time.Time `json:"time"`
	Transport Transport `json:"transport"`
	Port      uint16    `json:"port"`
	Range     Range     `json:"range"`
	Free      bool      `json:"free"`   // every bind that was tried succeeded; if none was, nothing seen holds it
	Tried     bool      `json:"tried"`  // whether binds were tried at all
	Binds     []Bind    `json:"binds"`  // in the order they were tried
	Causes    []Cause   `json:"causes"` // those that block first
	Next      string    `json:"next"`   // the one right next move; empty if there is nothing to do
	Gaps      []Gap     `json:"gaps"`
	Number    *Number   `json:"number,omitempty"` // what the number is for, apart from this machine
}

// MarshalJSON writes absent lists as empty ones.
func (v Verdict) MarshalJSON() ([]byte, error) {
	type plain Verdict
	p := plain(v)
	p.Binds, p.Causes, p.Gaps = orEmpty(p.Binds), orEmpty(p.Causes), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Verdict) UnmarshalJSON(b []byte) error {
	type plain Verdict
	if err := json.Unmarshal(b, (*plain)(v)); err != nil {
		return err
	}
	v.Binds, v.Causes, v.Gaps = orNil(v.Binds), orNil(v.Causes), orNil(v.Gaps)
	return nil
}

// A Bind is one try to bind a port at one address, without listening, closed
// at once.
type Bind struct {
	Address netip.Addr `json:"address"`
	Free    bool       `json:"free"`            // a plain bind succeeded
	Reuse   bool       `json:"reuse"`           // a bind with SO_REUSEADDR succeeded; true whenever Free is
	Error   string     `json:"error,omitempty"` // what the system said to the plain bind
}

// A Cause is one reason why a port cannot be had, or why having it will not
// do what one expects. Two are the same if kind, endpoint and what are.
type Cause struct {
	Kind     CauseKind  `json:"kind"`
	Blocks   bool       `json:"blocks"`             // keeps a server from binding the port; else a warning
	What     string     `json:"what"`               // one sentence
	Endpoint *Endpoint  `json:"endpoint,omitempty"` // whose doing it is, if a socket's
	Owners   []Owner    `json:"owners"`
	Service  *Service   `json:"service,omitempty"` // what speaks at Endpoint; nil until asked
	Evidence []Evidence `json:"evidence"`
	Next     string     `json:"next,omitempty"`
}

// MarshalJSON writes absent lists as empty ones.
func (c Cause) MarshalJSON() ([]byte, error) {
	type plain Cause
	p := plain(c)
	p.Owners, p.Evidence = orEmpty(p.Owners), orEmpty(p.Evidence)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cause) UnmarshalJSON(b []byte) error {
	type plain Cause
	if err := json.Unmarshal(b, (*plain)(c)); err != nil {
		return err
	}
	c.Owners, c.Evidence = orNil(c.Owners), orNil(c.Evidence)
	return nil
}

// A CauseKind is a kind of cause. It is text because the set grows.
type CauseKind string

const (
	CauseListener   CauseKind = "listener"              // a socket listens there
	CauseFamily     CauseKind = "other-family"          // one listens on the other loopback family than localhost chooses
	CauseShadowed   CauseKind = "shadowed"              // a more specific address takes what a wildcard expects
	CauseBound      CauseKind = "bound"                 // a socket holds the port and never listened
	CauseOutgoing   CauseKind = "outgoing"              // the port is the local end of a connection
	CauseTimeWait   CauseKind = "time-wait"             // a closed connection holds it for up to a minute
	CauseNamespace  CauseKind = "namespace"             // a socket in another network namespace
	CauseOutsidePID CauseKind = "outside-pid-namespace" // the owner lives where this process cannot look
	CauseKernel     CauseKind = "kernel"                // the kernel itself holds it, or nobody who can be found
	CauseDocker     CauseKind = "docker"                // a container engine forwards it, with no socket to see
	CauseReserved   CauseKind = "reserved"              // kept out of automatic choice by the system's settings
	CausePrivileged CauseKind = "privileged"            // binding it takes rights this user lacks
	CauseBrowser    CauseKind = "browser-blocked"       // browsers refuse to connect to it
	CauseEphemeral  CauseKind = "ephemeral"             // the system hands it out to outgoing connections
	CauseUnknown    CauseKind = "unknown"               // the bind failed and nothing seen explains it
)

// A Range is one of the three parts of the port numbers (RFC 6335, section 6).
// The zero value is invalid.
type Range uint8

const (
	SystemRange  Range = iota + 1 // 0 to 1023
	UserRange                     // 1024 to 49151
	DynamicRange                  // 49152 to 65535: nobody can register one
)

var ranges = names{"", "system", "user", "dynamic"}

// RangeOf returns the range of a port.
func RangeOf(port uint16) Range {
	switch {
	case port < 1024:
		return SystemRange
	case port < 49152:
		return UserRange
	}
	return DynamicRange
}

func (r Range) String() string { return ranges.word(int(r), "Range") }

// MarshalText writes the range's word, such as "dynamic".
func (r Range) MarshalText() ([]byte, error) { return ranges.text(int(r), "range") }

// UnmarshalText reads what MarshalText wrote.
func (r *Range) UnmarshalText(b []byte) error {
	i, err := ranges.parse(string(b), "range")
	*r = Range(i)
	return err
}
