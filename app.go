package limen

import (
	"encoding/json"
	"time"
)

// An App is a program that limen runs. Two are the same if their runner and
// their name are.
type App struct {
	Name      string     `json:"name"`
	Project   string     `json:"project,omitempty"` // the directory of the project it belongs to
	Command   []string   `json:"command"`           // as it was started, what limen added included
	Directory string     `json:"directory"`         // where it was started
	State     AppState   `json:"state"`
	Why       string     `json:"why,omitempty"` // of the state, where it needs a word
	Since     time.Time  `json:"since"`         // of the state
	Process   *ProcessID `json:"process,omitempty"`
	Starts    int        `json:"starts"`          // how often it was started
	Told      uint16     `json:"told,omitempty"`  // the port it was told to open; 0 for none
	Openings  []Opening  `json:"openings"`        // where its processes listen, the service first
	Ended     *Ended     `json:"ended,omitempty"` // how it ended last
	Runner    ProcessID  `json:"runner"`          // the limen that runs it
	Main      bool       `json:"main,omitempty"`  // it is meant by the name of its project
}

// MarshalJSON writes absent lists as empty ones.
func (a App) MarshalJSON() ([]byte, error) {
	type plain App
	p := plain(a)
	p.Command, p.Openings = orEmpty(p.Command), orEmpty(p.Openings)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *App) UnmarshalJSON(b []byte) error {
	type plain App
	if err := json.Unmarshal(b, (*plain)(a)); err != nil {
		return err
	}
	a.Command, a.Openings = orNil(a.Command), orNil(a.Openings)
	return nil
}

// URL returns where the app's service answers; empty if it does not, or is no
// web service.
func (a App) URL() string {
	for _, o := range a.Openings {
		if o.Part == ThePart {
			return o.URL
		}
	}
	return ""
}

// Named returns where the app's service answers by its name; empty if it has
// none.
func (a App) Named() string {
	for _, o := range a.Openings {
		if o.Part == ThePart {
			return o.Named
		}
	}
	return ""
}

// Apps are programs that limen runs, in the order of their projects and as
// those name them.
type Apps struct {
	Apps []App `json:"apps"`
	Gaps []Gap `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (a Apps) MarshalJSON() ([]byte, error) {
	type plain Apps
	p := plain(a)
	p.Apps, p.Gaps = orEmpty(p.Apps), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Apps) UnmarshalJSON(b []byte) error {
	type plain Apps
	if err := json.Unmarshal(b, (*plain)(a)); err != nil {
		return err
	}
	a.Apps, a.Gaps = orNil(a.Apps), orNil(a.Gaps)
	return nil
}

// An AppState is how far an app has come. The zero value is invalid.
type AppState uint8

const (
	AppWaiting    AppState = iota + 1 // for those it depends on
	AppStarting                       // runs, and is not ready yet
	AppReady                          // answers, or whatever else ready means for it
	AppRestarting                     // has ended, and is started again in a moment
	AppLooping                        // has ended again and again; is started again, but ever more rarely
	AppStopping                       // was asked to end
	AppStopped                        // ended because it was asked to
	AppEnded                          // ended by itself, and well
	AppFailed                         // ended by itself, badly, or could not be started
)

var appStates = names{"", "waiting", "starting", "ready", "restarting", "looping", "stopping", "stopped", "ended", "failed"}

func (s AppState) String() string { return appStates.word(int(s), "AppState") }

// MarshalText writes the state's word, such as "ready".
func (s AppState) MarshalText() ([]byte, error) { return appStates.text(int(s), "app state") }

// UnmarshalText reads what MarshalText wrote.
func (s *AppState) UnmarshalText(b []byte) error {
	i, err := appStates.parse(string(b), "app state")
	*s = AppState(i)
	return err
}

// Lives reports whether a process of the app may be running.
func (s AppState) Lives() bool {
	return s == AppStarting || s == AppReady || s == AppStopping
}
