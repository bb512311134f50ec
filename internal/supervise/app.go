package supervise

import (
	"fmt"
	"time"
)

// An App is what is to be run. Its name is what makes it another than others.
type App struct {
	Name      string
	DependsOn []Dependency
	Restart   Restart

	// Deaths in a row after which it is not started again; 0 means never: a
	// server that cannot be reached now may be mended in a minute, and then
	// nobody wants to start it by hand.
	GiveUp int

	// ReadyTimeout is how long it may take to become ready before that is
	// said; 0 means a minute, and less than 0 never. It is waited for all the
	// same: to end what is only slow would make it slower.
	ReadyTimeout time.Duration
}

// A Dependency is what must be true of one app before another is started.
type Dependency struct {
	Name  string
	Until Until
}

// Until is how far an app must have come before those that depend on it are
// started. The zero value is Ready.
type Until uint8

const (
	Ready   Until = iota // it is ready
	Started              // it runs
	Ended                // it has ended, and well
)

// Restart is when an app that has ended by itself is started again. The zero
// value is OnFailure.
type Restart uint8

const (
	OnFailure Restart = iota // when it has ended badly
	Always                   // however it has ended
	Never
)

// restarts says of each Restart whether it starts again what ended badly, and
// what ended well.
var restarts = []struct {
	word      string
	bad, well bool
}{
	OnFailure: {"on failure", true, false},
	Always:    {"always", true, true},
	Never:     {"never", false, false},
}

func (r Restart) String() string {
	if int(r) < len(restarts) {
		return restarts[r].word
	}
	return fmt.Sprintf("Restart(%d)", uint8(r))
}

func (u Until) String() string {
	if int(u) < len(conditions) {
		return conditions[u].word
	}
	return fmt.Sprintf("Until(%d)", uint8(u))
}

// usualReadyTimeout is when most people look what is wrong.
const usualReadyTimeout = time.Minute

// patience returns how long it may take to become ready before that is said;
// 0 if it is never said.
func (a App) patience() time.Duration {
	if a.ReadyTimeout == 0 {
		return usualReadyTimeout
	}
	return max(a.ReadyTimeout, 0)
}

// A Status is how an app ended. The zero value says that it ended well.
type Status struct {
	Code   int    // as a shell gives it: 128+n after signal n
	Signal string // what it died of, such as "SIGKILL"; empty if it ended by itself
}

// IsBad reports whether the app has failed.
func (s Status) IsBad() bool { return s.Code != 0 || s.Signal != "" }

// String says how the app ended, so that "it has ended" can stand before it.
func (s Status) String() string {
	if s.Signal != "" {
		return "by " + s.Signal
	}
	return fmt.Sprintf("with exit code %d", s.Code)
}

// notStarted is what counts for an app that could not be started, as for a
// shell whose command was found and could not be run (POSIX.1-2024, Shell
// Command Language, 2.8.2).
var notStarted = Status{Code: 126}
