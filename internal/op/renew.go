package op

import "github.com/limenhq/limen"

// Renew fetches IANA's list of port numbers, and keeps it for Number and Why.
// It is the one verb that goes out to the internet, and only when asked for.
var Renew = Op[RenewIn, limen.Renewal]{Name: "renew", Doc: "fetch IANA's list of port numbers anew", Risk: Changes}

// RenewIn says where to fetch the list from.
type RenewIn struct {
	From  string `json:"from,omitempty"`  // an https URL or a file; empty for IANA's own place
	Force bool   `json:"force,omitempty"` // also if the list is older than the one in use
}
