package manifest

import (
	"fmt"
	"time"
)

// An App is one program of a project, as a manifest says it. Its command and
// variables come from Project.Resolve, once ports are known.
type App struct {
	Name      string // a label of a host name
	Line      int    // of the manifest
	Directory string // where it is started; an absolute path
	Port      uint16 // that it wants; 0 for any
	After     []Dependency
	Ready     Ready
	Restart   Restart

	StopSignal string        // that asks it to end, such as "SIGINT"; empty means SIGTERM
	StopWithin time.Duration // how long it may take to end; 0 if nothing is said
	Socket     bool          // its port is opened for it, and handed over (sd_listen_fds(3))
	Shell      bool          // its command is a line for a shell, as a Procfile's may be

	portAt  position
	command []text      // a text for each word
	shared  []setting   // of the file, for all apps
	env     []setting   // its own
	files   []variables // of files, of which the later count
}

// A Dependency is another app, and how far it must have come.
type Dependency struct {
	Name  string
	Until Until

	from string // who depends
	at   position
}

// Until is how far an app must have come for another to be started.
type Until uint8

const (
	UntilReady   Until = iota // it is ready
	UntilStarted              // it runs
	UntilEnded                // it has ended by itself, and well
)

var untils = words{"ready", "started", "ended"}

func (u Until) String() string { return untils.word(int(u)) }

// A Restart says whether an app is started again after it has ended by itself.
type Restart uint8

const (
	OnFailure Restart = iota // if it ended badly
	Always
	Never
)

var restarts = words{"on-failure", "always", "never"}

func (r Restart) String() string { return restarts.word(int(r)) }

// words are the words of an enumeration, in its order.
type words []string

func (w words) word(i int) string {
	if i < len(w) {
		return w[i]
	}
	return fmt.Sprint(i)
}
