package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
)

// stillAsked is how little is asked of a machine whose daemon has ended.
var stillAsked = op.StandingIn{Brief: true}

// Stop ends the daemon, and returns when it has ended. One that answers nothing
// is killed if it does not end by itself. One that runs elsewhere, where the same
// directories are, is left alone.
func Stop(ctx context.Context, c Config) (limen.Standing, error) {
	h := c.newHost()
	m, err := meet(ctx, h, devotion)
	var hung *silence
	switch {
	case errors.As(err, &hung):
		return hung.end(ctx, h, cmp.Or(c.Grace, yielding))
	case err != nil:
		return limen.Standing{}, err
	case m == nil:
		return limen.Standing{}, &limen.Error{Kind: limen.NotFound, What: "cannot stop the daemon", Why: "none runs", Next: "limen daemon status"}
	}
	defer m.client.Close()
	if m.isElsewhere() {
		return limen.Standing{}, &limen.Error{Kind: limen.Busy, What: "cannot stop the daemon", Why: m.difference(), Next: "limen daemon stop, there"}
	}
	s, err := op.Retire.On(ctx, m.client, op.RetireIn{})
	if err != nil {
		return s, err
	}
	m.client.Close()
	if err := awaitGone(ctx, h, *s.Process); err != nil {
		return s, err
	}
	s.Note = fmt.Sprintf("the daemon (pid %d) has ended", s.Process.PID)
	s.Process, s.Usage, s.Doors, s.Names = nil, nil, nil, 0
	return s, nil
}

// awaitGone waits until a daemon is at its socket no more. There may be the next one, by
// then.
func awaitGone(ctx context.Context, h *host.Host, id limen.ProcessID) error {
	limit := time.After(stopping)
	for {
		next, err := meet(ctx, h, devotion)
		if err == nil && next == nil {
			return nil
		}
		if next != nil {
			next.client.Close()
			if *next.card.Process != id {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			return &limen.Error{Kind: limen.Busy, What: "cannot stop the daemon", Why: fmt.Sprintf("pid %d does not end", id.PID), Next: "what it is asked may take long; limen daemon status"}
		case <-time.After(look):
		}
	}
}
