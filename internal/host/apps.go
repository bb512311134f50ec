package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// Apps says which programs the limens of this person run.
func (h *Host) Apps(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	return h.askRunners(ctx, op.Apps, in)
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
	now, err := h.askRunners(ctx, op.Apps, in)
	if err != nil {
		return now, err
	}
	for _, name := range in.Names {
		if !slices.ContainsFunc(now.Apps, func(a limen.App) bool { return a.Name == name }) {
			return now, &limen.Error{
				Kind: limen.NotFound, What: fmt.Sprintf("cannot %s %q", verb.Name, name),
				Why: "limen runs no app of this name here", Next: "limen ps",
			}
		}
	}
	if len(now.Apps) == 0 {
		return now, &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot %s anything", verb.Name),
			Why: "limen runs no app here", Next: "limen ps",
		}
	}
	return h.askRunners(ctx, verb, in)
}

// runnerTime is how long a limen may take to say what it runs.
const runnerTime = 2 * time.Second

// askRunners asks every limen of this person that runs apps, and joins what they
// say.
func (h *Host) askRunners(ctx context.Context, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn) (all limen.Apps, err error) {
	dir, err := h.runners()
	if err != nil || h.carrier.Dial == nil {
		return all, nil
	}
	sockets, err := filepath.Glob(filepath.Join(dir, "*.sock"))
	if err != nil {
		return all, err
	}
	for _, socket := range sockets {
		some, err := h.askRunner(ctx, socket, verb, in)
		switch {
		case errors.Is(err, ErrNobody):
			_ = os.Remove(socket) // who left it there was killed
		case ctx.Err() != nil:
			return all, ctx.Err()
		case err != nil:
			all.Gaps = append(all.Gaps, limen.Gap{
				What: "the apps of the limen with pid " + strings.TrimSuffix(filepath.Base(socket), ".sock"), Why: err.Error(),
			})
		}
		all.Apps, all.Gaps = append(all.Apps, some.Apps...), append(all.Gaps, some.Gaps...)
	}
	slices.SortStableFunc(all.Apps, func(a, b limen.App) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Runner.PID, b.Runner.PID))
	})
	return all, nil
}

func (h *Host) askRunner(ctx context.Context, socket string, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn) (limen.Apps, error) {
	if verb.Risk == op.Reads {
		var stop func()
		ctx, stop = context.WithTimeout(ctx, runnerTime)
		defer stop()
	}
	place, done, err := h.carrier.Dial(ctx, socket)
	if err != nil {
		return limen.Apps{}, err
	}
	defer done()
	return verb.On(ctx, place, in)
}
