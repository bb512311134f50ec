package op

import "github.com/limenhq/limen"

// Pick picks ports that are free, and leases them.
var Pick = Op[PickIn, limen.Leases]{Name: "pick", Doc: "pick a free port, and keep it", Risk: Changes}

// PickIn says what to pick. The zero value picks one port for a moment.
type PickIn struct {
	Name        string          `json:"name,omitempty"`      // keep the port for this name, in the project of Directory
	Directory   string          `json:"directory,omitempty"` // of whoever asks
	Count       int             `json:"count,omitempty"`     // 0 means 1
	Range       limen.PortRange `json:"range,omitzero"`      // zero means where ports are usually picked
	Consecutive bool            `json:"consecutive,omitempty"`
	Memorable   bool            `json:"memorable,omitempty"` // numbers people remember first
}

// Leases says which ports are leased.
var Leases = Op[LeasesIn, limen.Leases]{Name: "leases", Doc: "which ports limen keeps, and for what"}

// LeasesIn says which leases are meant: all.
type LeasesIn struct{}

// Release ends leases, and gives back what it ended.
var Release = Op[ReleaseIn, limen.Leases]{Name: "release", Doc: "give ports back that limen keeps", Risk: Changes}

// ReleaseIn says which leases to end.
type ReleaseIn struct {
	Words     []string `json:"words"`               // ports, and names in the project of Directory; all or none are ended
	Directory string   `json:"directory,omitempty"` // of whoever asks
}
