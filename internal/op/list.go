package op

import "github.com/limenhq/limen"

// List says what holds the ports of a machine.
var List = Op[ListIn, limen.Snapshot]{Name: "list", Doc: "what holds the ports of this machine"}

// ListIn says what to list. The zero value lists every listener.
type ListIn struct {
	Query       limen.Query `json:"query,omitzero"`
	Connections bool        `json:"connections,omitempty"` // also sockets with a peer, and those bound but not listening
	Identify    bool        `json:"identify,omitempty"`    // also what speaks at each listener, by asking it
	Usage       bool        `json:"usage,omitempty"`       // also processor time and memory of the owners
}
