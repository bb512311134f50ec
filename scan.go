package limen

import (
	"encoding/json"
	"net/netip"
	"time"
)

// A Scan is which ports of some addresses let a connection in, beside what the
// kernel knows of them. Two are the same if machine and time are.
type Scan struct {
	Machine string           `json:"machine"`
	Time    time.Time        `json:"time"`
	Targets []ScannedAddress `json:"targets"`
	Elapsed time.Duration    `json:"elapsed"` // in nanoseconds
	Gaps    []Gap            `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (s Scan) MarshalJSON() ([]byte, error) {
	type plain Scan
	p := plain(s)
	p.Targets, p.Gaps = orEmpty(p.Targets), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Scan) UnmarshalJSON(b []byte) error {
	type plain Scan
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Targets, s.Gaps = orNil(s.Targets), orNil(s.Gaps)
	return nil
}

// A ScannedAddress is what came of asking one address. Open, refused, silent
// and unknown add up to what was asked.
type ScannedAddress struct {
	Address     netip.Addr    `json:"address"`
	Asked       int           `json:"asked"` // ports
	Open        []ScannedPort `json:"open"`
	Refused     int           `json:"refused"`               // ports that nobody listens on
	Silent      int           `json:"silent"`                // ports that did not answer in time
	Unknown     int           `json:"unknown"`               // ports that could not be asked
	Why         string        `json:"why,omitempty"`         // why the unknown ones could not
	Unreachable []ScannedPort `json:"unreachable,omitempty"` // listeners that let nobody in
}

// MarshalJSON writes absent lists as empty ones.
func (s ScannedAddress) MarshalJSON() ([]byte, error) {
	type plain ScannedAddress
	p := plain(s)
	p.Open = orEmpty(p.Open)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *ScannedAddress) UnmarshalJSON(b []byte) error {
	type plain ScannedAddress
	if err := json.Unmarshal(b, (*plain)(s)); err != nil {
		return err
	}
	s.Open = orNil(s.Open)
	return nil
}

// A ScannedPort is a port that lets connections in, or should.
type ScannedPort struct {
	Port    uint16     `json:"port"`
	Kernel  KernelWord `json:"kernel"`
	Owners  []Owner    `json:"owners,omitempty"` // of the listener
	Service *Service   `json:"service,omitempty"`
	Why     string     `json:"why,omitempty"` // what may explain it, where both do not fit
}

// A KernelWord is what the kernel's table says of a port. It is text, as it
// stands in JSON.
type KernelWord string

const (
	KernelListener KernelWord = "listener" // somebody listens there
	KernelNone     KernelWord = "none"     // nobody does, in this network namespace
)

// ScanNews is how far a scan has come, and in the end what came of it.
type ScanNews struct {
	Address netip.Addr `json:"address,omitzero"` // that is asked now
	Asked   int        `json:"asked"`            // ports so far, of all addresses
	All     int        `json:"all"`              // ports there are to ask
	Scan    *Scan      `json:"scan,omitempty"`
}
