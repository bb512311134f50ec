package op

import (
	"net/netip"

	"github.com/limenhq/limen"
)

// Why says whether a port can be had, and everything in the way when not.
var Why = Op[WhyIn, limen.Verdict]{Name: "why", Doc: "whether a port can be had, and who is in the way"}

// WhyIn says which port is meant.
type WhyIn struct {
	Transport limen.Transport `json:"transport,omitzero"` // zero means TCP
	Address   netip.Addr      `json:"address,omitzero"`   // tried instead of the usual ones, if it is none of them
	Port      uint16          `json:"port"`
	NoTry     bool            `json:"noTry,omitempty"`    // look only, bind nothing
	Identify  bool            `json:"identify,omitempty"` // also ask who is in the way what it speaks
}
