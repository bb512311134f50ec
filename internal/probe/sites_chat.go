package probe

import (
	"encoding/json"
	"strings"

	"github.com/limenhq/limen"
)

// chatSites speak Matrix: its federation names the server, its client
// interface only the versions it keeps to.
var chatSites = []Site{
	{
		Protocol: "matrix",
		Ports:    []uint16{8008, 8448},
		Programs: homeservers,
		Sign:     isHomeserver,
		Path:     "/_matrix/federation/v1/version", // Server-Server API, "Server implementation"
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Server struct{ Name, Version string }
			}
			if r.Status != 200 || !decode(r, &answer) || answer.Server.Name == "" || answer.Server.Version == "" {
				return false
			}
			s.Product, s.Version = answer.Server.Name, answer.Server.Version
			return true
		},
	},
	{
		Protocol: "matrix",
		Ports:    []uint16{8008, 8448},
		Programs: homeservers,
		Sign:     isHomeserver,
		Path:     "/_matrix/client/versions", // Client-Server API, "API versions"
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Versions []string }
			if r.Status != 200 || !decode(r, &answer) || len(answer.Versions) == 0 {
				return false
			}
			for _, v := range answer.Versions {
				if !matrixVersion.MatchString(v) {
					return false
				}
			}
			if version, ok := productIn(r.Header.Get("Server"), "Synapse"); ok {
				s.Product, s.Version = "Synapse", version
			}
			return true
		},
	},
	{
		Protocol: "matrix",
		Ports:    []uint16{8448},
		Path:     "/.well-known/matrix/server", // Server-Server API, "Resolving server names"
		Read: func(r *Reply, s *limen.Service) bool {
			var answer map[string]json.RawMessage
			var to string
			if r.Status != 200 || !decode(r, &answer) || json.Unmarshal(answer["m.server"], &to) != nil || to == "" {
				return false
			}
			s.Title = "delegates to " + to
			return true
		},
	},
}

var homeservers = []string{"synapse", "matrix-synapse", "synapse_homeserver", "dendrite", "conduit", "conduwuit", "continuwuity", "tuwunel"}

// matrixVersion is how the specification is numbered, before and after 2021.
var matrixVersion = newPattern(`^(r0\.\d{1,2}\.\d{1,2}|v1\.\d{1,3})$`)

// isHomeserver reports whether / shows that Matrix may be behind it: Synapse
// sends the reader to its page, others answer with Matrix's own error.
func isHomeserver(root *Reply) bool {
	_, named := productIn(root.Header.Get("Server"), "Synapse")
	return named || leads(root, "/_matrix/") || strings.Contains(string(root.Body), `"errcode":"M_`)
}
