package supervise

import (
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// A need is one app that another depends on.
type need struct {
	on    *unit
	until Until
}

// conditions says of each Until in which states of an app it is met, and how
// it is waited for.
var conditions = []struct {
	word  string
	verb  string
	met   []limen.AppState
	never []limen.AppState // in which it will not be met, unless somebody intervenes
}{
	Ready:   {"ready", "be ready", []limen.AppState{limen.AppReady}, []limen.AppState{limen.AppFailed, limen.AppEnded}},
	Started: {"started", "run", []limen.AppState{limen.AppStarting, limen.AppReady, limen.AppEnded}, []limen.AppState{limen.AppFailed}},
	Ended:   {"ended", "end", []limen.AppState{limen.AppEnded}, []limen.AppState{limen.AppFailed}},
}

func (n need) isMet() bool {
	// What is being started has its state already, and does not run yet.
	return slices.Contains(conditions[n.until].met, n.on.state) && !n.on.launching
}

func (n need) isHopeless() bool { return slices.Contains(conditions[n.until].never, n.on.state) }

// String says what is waited for.
func (n need) String() string {
	if n.on.state == limen.AppStopped {
		return fmt.Sprintf("for %s, which was stopped", n.on.Name)
	}
	return fmt.Sprintf("for %s to %s", n.on.Name, conditions[n.until].verb)
}

// despair says why it will not be met.
func (n need) despair() string {
	if n.on.state == limen.AppEnded {
		return fmt.Sprintf("is not started: %s, which it needs to %s, has ended", n.on.Name, conditions[n.until].verb)
	}
	if n.on.orphaned {
		return fmt.Sprintf("is not started: %s, which it depends on, is not started either", n.on.Name)
	}
	return fmt.Sprintf("is not started: %s, which it depends on, %s", n.on.Name, n.on.why)
}
