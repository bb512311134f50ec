package op

import "github.com/limenhq/limen"

// Identify says what speaks at endpoints, by asking them.
var Identify = Op[IdentifyIn, limen.Identities]{Name: "identify", Doc: "what speaks at an endpoint, found by asking it"}

// IdentifyIn says which endpoints are meant. A wildcard stands for what
// listens on this machine with its port, at whatever address.
type IdentifyIn struct {
	Endpoints []limen.Endpoint `json:"endpoints"`
}
