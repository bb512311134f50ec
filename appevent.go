package limen

import "time"

// An AppEvent is one thing that happened to an app. Two are the same if all
// fields are.
type AppEvent struct {
	Time    time.Time `json:"time"`
	App     string    `json:"app"`
	Change  AppChange `json:"change"`
	State   AppState  `json:"state,omitzero"`    // that it has now; zero if it did not change
	Launch  *Launch   `json:"launch,omitempty"`  // how it was started
	Process ProcessID `json:"process,omitzero"`  // of its first process
	Opening *Opening  `json:"opening,omitempty"` // what was opened, answered or closed
	Ended   *Ended    `json:"ended,omitempty"`   // how it ended
	Code    int       `json:"code,omitempty"`    // likewise, as shells count it: 128 and the number of a signal
	Line    *LogLine  `json:"line,omitempty"`    // what it printed, where that was asked for
	Why     string    `json:"why,omitempty"`
	Next    string    `json:"next,omitempty"` // a command to run or a place to look; empty if there is none
}

// An AppChange is what happened to an app. The zero value is invalid.
type AppChange uint8

const (
	AppLaunched AppChange = iota + 1 // it was started
	AppOpened                        // one of its processes listens somewhere
	AppAnswered                      // somebody who connects there is let in
	AppClosed                        // it listens there no more
	AppFinished                      // its first process has ended
	AppMoved                         // it came into another state
	AppPrinted                       // it has printed a line
	AppNoted                         // something else that a person should know
	AppNamed                         // what it has opened has a name
)

var appChanges = names{"", "launched", "opened", "answered", "closed", "finished", "moved", "printed", "noted", "named"}

func (c AppChange) String() string { return appChanges.word(int(c), "AppChange") }

// MarshalText writes the change's word, such as "answered".
func (c AppChange) MarshalText() ([]byte, error) { return appChanges.text(int(c), "app change") }

// UnmarshalText reads what MarshalText wrote.
func (c *AppChange) UnmarshalText(b []byte) error {
	i, err := appChanges.parse(string(b), "app change")
	*c = AppChange(i)
	return err
}
