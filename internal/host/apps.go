package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Apps says which programs the limens of this person run.
func (h *Host) Apps(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	return h.askRunners(ctx, op.Apps, in, nil)
}

// Restart ends apps and starts them again.
func (h *Host) Restart(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	return h.tellRunners(ctx, op.Restart, in)
}

// Down ends apps.
func (h *Host) Down(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	return h.tellRunners(ctx, op.Down, in)
}

// tellRunners has something done about apps. A name that is none, and a
// question that means no app at all, are said before anything is done.
func (h *Host) tellRunners(ctx context.Context, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn) (limen.Apps, error) {
	now, err := h.askRunners(ctx, op.Apps, in, nil)
	if err != nil {
		return now, err
	}
	for _, name := range in.Names {
		if !slices.ContainsFunc(now.Apps, func(a limen.App) bool { return a.Name == name }) {
			return now, &limen.Error{
				Kind: limen.NotFound, What: fmt.Sprintf("cannot %s %q", phrases[verb.Name], name),
				Why: "limen runs no app of this name here", Next: "limen ps",
			}
		}
	}
	if len(now.Apps) == 0 {
		return now, &limen.Error{
			Kind: limen.NotFound, What: "cannot " + phrases[verb.Name] + " anything",
			Why: "limen runs no app here", Next: "limen ps",
		}
	}
	return h.askRunners(ctx, verb, in, func(pid string) bool {
		return slices.ContainsFunc(now.Apps, func(a limen.App) bool { return strconv.Itoa(a.Runner.PID) == pid })
	})
}

// phrases are verbs as people say them.
var phrases = map[string]string{op.Restart.Name: "restart", op.Down.Name: "take down"}

// runnerTime is how long a limen may take to say what it runs.
const runnerTime = 2 * time.Second

// askRunners asks the limens of this person that run apps, all at once, and
// joins what they say. Only says of which PIDs; nil means all.
func (h *Host) askRunners(ctx context.Context, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn, only func(pid string) bool) (all limen.Apps, err error) {
	dir, err := h.runners()
	if err != nil || h.carrier.Dial == nil {
		return all, nil
	}
	sockets, err := filepath.Glob(filepath.Join(dir, "[0-9]*.sock")) // the daemon runs none
	if err != nil {
		return all, err
	}
	sockets = slices.DeleteFunc(sockets, func(s string) bool { return only != nil && !only(pidOfSocket(s)) })
	answers := make([]chan runnerAnswer, len(sockets))
	for i, socket := range sockets {
		answers[i] = make(chan runnerAnswer, 1)
		go func() { // ends with its answer, which nobody may want any more
			apps, err := h.askRunner(ctx, socket, verb, in)
			answers[i] <- runnerAnswer{apps, err}
		}()
	}
	limit := ctx
	if verb.Risk == op.Reads {
		var stop func()
		limit, stop = context.WithTimeout(ctx, runnerTime)
		defer stop()
	}
	for i, socket := range sockets {
		var some runnerAnswer
		select {
		case some = <-answers[i]:
		case <-limit.Done():
			some.err = errSilent
		}
		switch {
		case errors.Is(some.err, ErrNobody):
			h.clear(socket)
		case ctx.Err() != nil:
			return all, ctx.Err()
		case some.err != nil:
			all.Gaps = append(all.Gaps, limen.Gap{What: "the apps of the limen with pid " + pidOfSocket(socket), Why: some.err.Error()})
		}
		all.Apps, all.Gaps = append(all.Apps, some.apps.Apps...), append(all.Gaps, some.apps.Gaps...)
	}
	slices.SortStableFunc(all.Apps, func(a, b limen.App) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Runner.PID, b.Runner.PID))
	})
	return all, nil
}

// clear takes the socket away of a limen that was killed. One that is just beginning
// keeps its own.
func (h *Host) clear(socket string) {
	if h.carrier.Clear != nil {
		_ = h.carrier.Clear(socket) // one that stays is met again by the next who asks
	}
}

// A runnerAnswer is what came of asking one limen.
type runnerAnswer struct {
	apps limen.Apps
	err  error
}

// errSilent says that a limen does not answer, as one that was suspended.
var errSilent = errors.New("it does not answer; perhaps it was stopped, as by Ctrl-Z, and kill -CONT with its PID wakes it")

func pidOfSocket(socket string) string { return strings.TrimSuffix(filepath.Base(socket), ".sock") }

func (h *Host) askRunner(ctx context.Context, socket string, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn) (limen.Apps, error) {
	place, done, err := h.carrier.Dial(ctx, socket)
	if err != nil {
		return limen.Apps{}, err
	}
	defer done()
	return verb.On(ctx, place, in)
}
