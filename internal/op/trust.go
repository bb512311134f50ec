package op

import "github.com/limenhq/limen"

// Trust says who trusts the local authority, and has every client prove it.
var Trust = Op[TrustIn, limen.Trust]{Name: "trust", Doc: "who trusts the local authority, proved by handshakes", Risk: Reads, Here: true}

// TrustIn is nothing: all stores and clients are asked.
type TrustIn struct{}

// Install makes the local authority, and puts it into every store.
var Install = Op[InstallIn, limen.Trust]{Name: "trust-install", Doc: "make the local authority, and have every store trust it", Risk: Changes, Here: true}

// InstallIn says what the authority may sign for, where it is made just now.
type InstallIn struct {
	Suffixes []string `json:"suffixes,omitempty"` // beside localhost
	Mkcert   bool     `json:"mkcert,omitempty"`   // use the one that mkcert has made
}

// Distrust takes the local authority out of every store, and forgets it.
var Distrust = Op[DistrustIn, limen.Trust]{Name: "trust-remove", Doc: "take the local authority out of every store, and forget it", Risk: Changes, Here: true}

// DistrustIn is nothing: all stores are asked.
type DistrustIn struct{}

// Certify writes a certificate for a program of its own.
var Certify = Op[CertifyIn, limen.Certificate]{Name: "cert", Doc: "a certificate of the local authority, as files", Risk: Changes, Here: true}

// CertifyIn says for whom, and where the files go.
type CertifyIn struct {
	Names     []string `json:"names"`     // names and addresses; the files are named for the first
	Directory string   `json:"directory"` // an absolute path
	Force     bool     `json:"force,omitempty"`
}
