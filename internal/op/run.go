package op

import (
	"time"

	"github.com/limenhq/limen"
)

// Launch says how a program would be started, and leases its port. It starts
// nothing.
var Launch = Op[RunIn, limen.Launch]{Name: "launch", Doc: "how a program would be started, and with which port", Risk: Changes, Here: true}

// Run starts a program, and says which ports its processes open, until all of
// them have ended. Ending the feed ends them.
var Run = Feed[RunIn, limen.AppEvent]{Name: "run", Doc: "start a program, and find the port it opens", Risk: Stops, Here: true}

// RunIn says what to run.
type RunIn struct {
	Arguments   []string      `json:"arguments"`             // the program first
	Directory   string        `json:"directory"`             // where to start it, and whose project it is
	Environment []string      `json:"environment,omitempty"` // NAME=value; nil means that of the limen that runs it
	Name        string        `json:"name,omitempty"`        // of the app; empty means the project's
	Port        uint16        `json:"port,omitempty"`        // that it shall be told; 0 means its own, as it is leased
	Host        string        `json:"host,omitempty"`        // the address it shall be told; empty means 127.0.0.1
	Unhinted    bool          `json:"unhinted,omitempty"`    // change neither its command nor its environment
	Socket      bool          `json:"socket,omitempty"`      // open the port for it, and hand it over (sd_listen_fds(3))
	Capture     bool          `json:"capture,omitempty"`     // what it prints are events, and it gets no terminal
	Grace       time.Duration `json:"grace,omitempty"`       // how long it may take to end; 0 means 5 s
}

// Up starts the apps of a project, each when those it depends on are ready, and
// keeps them running. Ending the feed ends them, in reverse order.
var Up = Feed[UpIn, limen.AppEvent]{Name: "up", Doc: "start what a project consists of, and keep it running", Risk: Stops, Here: true}

// UpIn says which apps to start.
type UpIn struct {
	Directory   string        `json:"directory"`             // of whoever asks: the project is found from here
	File        string        `json:"file,omitempty"`        // where its apps are named; empty means limen.toml or Procfile
	Scripts     []string      `json:"scripts,omitempty"`     // of package.json, instead of a file
	Apps        []string      `json:"apps,omitempty"`        // only these, and what they depend on; empty means all
	Environment []string      `json:"environment,omitempty"` // NAME=value; nil means that of the limen that runs them
	Grace       time.Duration `json:"grace,omitempty"`       // how long each may take to end; 0 means 5 s
}

// Apps says which programs limen runs.
var Apps = Op[AppsIn, limen.Apps]{Name: "apps", Doc: "which programs limen runs, and where they answer"}

// AppsIn says which apps are meant. The zero value means all of whoever asks.
type AppsIn struct {
	Directory string   `json:"directory,omitempty"` // only those of the project here
	Names     []string `json:"names,omitempty"`     // only these
}

// Restart ends apps and starts them again.
var Restart = Op[AppsIn, limen.Apps]{Name: "restart", Doc: "end programs that limen runs, and start them again", Risk: Stops}

// Down ends apps, and the limens that run them when none is left.
var Down = Op[AppsIn, limen.Apps]{Name: "down", Doc: "end programs that limen runs", Risk: Stops}

// Logs gives what apps have printed, and goes on if told to.
var Logs = Feed[LogsIn, limen.LogLine]{Name: "logs", Doc: "what programs that limen runs have printed"}

// LogsIn says whose lines, and which.
type LogsIn struct {
	AppsIn
	Last   int       `json:"last,omitempty"`   // of each app; 0 means all that is kept
	Since  time.Time `json:"since,omitzero"`   // only later ones
	Follow bool      `json:"follow,omitempty"` // also those to come
}
