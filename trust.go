package limen

import (
	"encoding/json"
	"net/netip"
	"time"
)

// A Trust is who trusts the local authority of a user, as it was found by
// looking into every store and by letting every client try. Two are the same
// if machine and time are.
type Trust struct {
	Machine   string        `json:"machine"`
	Time      time.Time     `json:"time"`
	Authority *Authority    `json:"authority,omitempty"` // nil if there is none
	Other     *Authority    `json:"other,omitempty"`     // one of mkcert's that is there and not used
	Stores    []TrustStore  `json:"stores"`
	Clients   []TrustClient `json:"clients"`
	Gaps      []Gap         `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (t Trust) MarshalJSON() ([]byte, error) {
	type plain Trust
	p := plain(t)
	p.Stores, p.Clients, p.Gaps = orEmpty(p.Stores), orEmpty(p.Clients), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Trust) UnmarshalJSON(b []byte) error {
	type plain Trust
	if err := json.Unmarshal(b, (*plain)(t)); err != nil {
		return err
	}
	t.Stores, t.Clients, t.Gaps = orNil(t.Stores), orNil(t.Clients), orNil(t.Gaps)
	return nil
}

// An Authority is whoever signs the certificates of local names. Two are the
// same if their fingerprints are.
type Authority struct {
	Fingerprint string         `json:"fingerprint"` // SHA-256 of the certificate, in hexadecimal
	Maker       string         `json:"maker"`       // limen or mkcert
	File        string         `json:"file"`        // its certificate, without the key
	From        time.Time      `json:"from"`
	Until       time.Time      `json:"until"`
	Suffixes    []string       `json:"suffixes"`  // it can sign for these names and all below them; of mkcert's, for all
	Addresses   []netip.Prefix `json:"addresses"` // and for these addresses
}

// MarshalJSON writes absent lists as empty ones.
func (a Authority) MarshalJSON() ([]byte, error) {
	type plain Authority
	p := plain(a)
	p.Suffixes, p.Addresses = orEmpty(p.Suffixes), orEmpty(p.Addresses)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Authority) UnmarshalJSON(b []byte) error {
	type plain Authority
	if err := json.Unmarshal(b, (*plain)(a)); err != nil {
		return err
	}
	a.Suffixes, a.Addresses = orNil(a.Suffixes), orNil(a.Addresses)
	return nil
}

// A TrustStore is a place where programs look up whom they trust. Two are the
// same if kind and place are.
type TrustStore struct {
	Kind    string     `json:"kind"`            // system, chromium, firefox or java
	Place   string     `json:"place,omitempty"` // a file or directory
	State   StoreState `json:"state"`
	Changed bool       `json:"changed,omitempty"` // it is so since just now
	Why     string     `json:"why,omitempty"`     // why it is not otherwise
	Next    string     `json:"next,omitempty"`
}

// A StoreState is what a store says of an authority. The zero value is invalid.
type StoreState uint8

const (
	StoreTrusts StoreState = iota + 1 // the authority is in it
	StoreLacks                        // the store is there, and the authority is not in it
	StoreAbsent                       // there is no such store
	StoreUnseen                       // it is there, and could not be read
)

var storeStates = names{"", "trusts", "lacks", "absent", "unseen"}

func (s StoreState) String() string { return storeStates.word(int(s), "StoreState") }

// MarshalText writes the state's word, such as "trusts".
func (s StoreState) MarshalText() ([]byte, error) { return storeStates.text(int(s), "state") }

// UnmarshalText reads what MarshalText wrote.
func (s *StoreState) UnmarshalText(b []byte) error {
	i, err := storeStates.parse(string(b), "state")
	*s = StoreState(i)
	return err
}
