package op

import "github.com/limenhq/limen"

// Scan asks ports whether they let a connection in. Its last item has what came
// of it, also if it was stopped before the end.
var Scan = Feed[ScanIn, limen.ScanNews]{Name: "scan", Doc: "which ports of this machine let connections in"}

// ScanIn says what to scan. The zero value scans all ports of this machine.
type ScanIn struct {
	Targets  []string          `json:"targets,omitempty"`  // addresses, networks and names; empty means this machine's own
	Ports    []limen.PortRange `json:"ports,omitempty"`    // empty means all
	Identify bool              `json:"identify,omitempty"` // ask what speaks at those that are open
	Resume   string            `json:"resume,omitempty"`   // a file with what is known already, which is added to
}

// Settings says what a person has set.
var Settings = Op[SettingsIn, limen.Settings]{Name: "settings", Doc: "what is set, and where"}

// SettingsIn asks for all settings.
type SettingsIn struct{}
