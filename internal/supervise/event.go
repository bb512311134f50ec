package supervise

import (
	"time"

	"github.com/limenhq/limen"
)

// An Event is one change of an app's state, or a word about it.
type Event struct {
	Time    time.Time
	App     string
	State   limen.AppState // that it has now
	Why     string         // of the state, or what else there is to say; begins with a verb: "has ended …"
	Attempt int            // how often it was started, until now
	Deaths  int            // how often in a row it has ended by itself soon after its start
	Status  *Status        // how it ended, if that is the change
	Again   time.Time      // when it will be started again; zero if not by itself
}
