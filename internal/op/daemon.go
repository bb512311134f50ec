package op

import "github.com/limenhq/limen"

// Standing says whether a daemon runs, and how it is.
var Standing = Op[StandingIn, limen.Standing]{Name: "standing", Doc: "whether the daemon runs, and how it is"}

// StandingIn says how much of it.
type StandingIn struct {
	Brief bool `json:"brief,omitempty"` // only who answers, and from where it sees the machine
}

// Retire ends the daemon.
var Retire = Op[RetireIn, limen.Standing]{Name: "retire", Doc: "end the daemon", Risk: Changes}

// RetireIn is nothing. Requests that are under way get some seconds.
type RetireIn struct{}

// Succeed has the daemon start another limen, hand it the sockets at which it
// listens, and end when its last connection has.
var Succeed = Op[SucceedIn, limen.Standing]{Name: "succeed", Doc: "replace the daemon by another limen, without dropping a connection", Risk: Changes}

// SucceedIn says by which.
type SucceedIn struct {
	Executable string `json:"executable"` // an absolute path
}
