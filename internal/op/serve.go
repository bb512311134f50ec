package op

import "github.com/limenhq/limen"

// Serve serves a folder over HTTP until told to stop. Its first item says where.
var Serve = Feed[ServeIn, limen.Served]{Name: "serve", Doc: "a folder over HTTP, to this machine or its network", Risk: Changes, Here: true}

// ServeIn says what to serve, and how. The zero value serves the current
// folder to this machine, at the usual port or the next free one.
type ServeIn struct {
	Directory string   `json:"directory,omitempty"`
	Port      uint16   `json:"port,omitempty"`   // this one and no other; 0 means 8008, or the next that is free
	HTTPS     bool     `json:"https,omitempty"`  // also at 8443, or the next that is free
	Hosts     []string `json:"hosts,omitempty"`  // names it answers for, beside localhost and the machine's addresses
	LAN       bool     `json:"lan,omitempty"`    // other devices of the network are served, too
	Open      bool     `json:"open,omitempty"`   // and without the link that carries a token
	Drop      string   `json:"drop,omitempty"`   // a folder that takes one file by a link of its own; empty takes none
	Cache     string   `json:"cache,omitempty"`  // how long browsers keep what they got; empty means they ask each time
	SPA       bool     `json:"spa,omitempty"`    // pages that are not there are answered with the index
	Reload    bool     `json:"reload,omitempty"` // pages reload when their files change
	Quiet     bool     `json:"quiet,omitempty"`  // tell of no requests

	Proxies  []string `json:"proxies,omitempty"`  // paths that other servers answer, as /api=3000
	Mock     string   `json:"mock,omitempty"`     // a folder of answers, or a file of rules for them
	Record   string   `json:"record,omitempty"`   // an HTTP Archive to be written of what those answered
	Replay   string   `json:"replay,omitempty"`   // one to answer from
	CORS     []string `json:"cors,omitempty"`     // origins whose pages may read, too
	Auth     string   `json:"auth,omitempty"`     // a file with USER:PASSWORD, or env:NAME; empty asks nobody
	Throttle []string `json:"throttle,omitempty"` // how slow answers are, for all or for one address, as 3g
}
