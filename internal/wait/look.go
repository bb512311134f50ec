package wait

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A sight is what one look at a goal showed.
type sight struct {
	saw     string        // in words, for people
	reached bool          // and the look itself has proved it
	pause   time.Duration // until the next look, if nothing wakes before
}

// The pauses between two looks.
const (
	// quick is for what no one else notices: a try at a port of this machine
	// costs some microseconds.
	quick = 20 * time.Millisecond

	// calm is for what another machine has to answer.
	calm = 100 * time.Millisecond
)

// mostPatience bounds one look, so that a peer that says nothing is asked
// again: it may have been another's by then.
const mostPatience = 5 * time.Second

// A kind is a sort of goal, and how one is looked at.
type kind struct {
	is   func(limen.Goal) bool
	look func(Waiter, limen.Goal) func(context.Context) sight
}

// kinds are all sorts of goals. The first that fits counts.
var kinds = []kind{
	{func(g limen.Goal) bool { return g.State == limen.GoalReady && g.URL != "" }, lookURL},
	{func(g limen.Goal) bool { return g.State == limen.GoalReady && g.Path != "" }, lookSocket},
	{func(g limen.Goal) bool { return g.State == limen.GoalClosed && g.Path != "" }, lookNoSocket},
	{func(g limen.Goal) bool { return g.State == limen.GoalFree && isPort(g) && g.Host == "" }, lookFree},
	{func(g limen.Goal) bool { return isPort(g) && g.State != limen.GoalFree && g.Transport == limen.UDP }, lookUDP},
	{func(g limen.Goal) bool { return g.State == limen.GoalReady && isPort(g) }, lookPort},
	{func(g limen.Goal) bool { return g.State == limen.GoalClosed && isPort(g) }, lookClosed},
}

func isPort(g limen.Goal) bool { return g.Port != 0 && g.URL == "" && g.Path == "" }

// Check says why a goal cannot be waited for, if it cannot.
func Check(g limen.Goal) error {
	fits := func(k kind) bool { return k.is(g) }
	switch {
	case g.State == limen.GoalFree && g.Host != "":
		return errors.New("a port is free when it can be bound everywhere on this machine; leave the address out")
	case !slices.ContainsFunc(kinds, fits):
		return errors.New("a port can be ready, closed or free, a Unix socket ready or closed, and a URL ready")
	case g.Expect != nil && g.Expect.Path != "":
		_, err := ParsePath(g.Expect.Path)
		return err
	}
	return nil
}

// lookAt returns how a goal is looked at.
func (w Waiter) lookAt(g limen.Goal) func(context.Context) sight {
	for _, k := range kinds {
		if k.is(g) {
			return k.look(w, g)
		}
	}
	return func(context.Context) sight { // Check says why
		return sight{saw: fmt.Sprintf("limen cannot wait for %v", g), pause: time.Hour}
	}
}
