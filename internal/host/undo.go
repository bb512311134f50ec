package host

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/halt"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/store"
)

// startTime is how long what was started again may take to listen.
const startTime = 10 * time.Second

// Undo starts again what freeing a port has stopped, and waits until somebody
// listens there.
func (h *Host) Undo(ctx context.Context, in op.UndoIn) (limen.Undone, error) {
	records, gaps, err := h.records(ctx)
	if err != nil {
		return limen.Undone{}, err
	}
	defer records.Close()
	stop, err := records.LastStop(ctx, in.Port)
	if err != nil {
		return limen.Undone{}, err
	}
	if stop == nil {
		return limen.Undone{}, nothingToUndo(in)
	}
	var all []memento
	if err := json.Unmarshal(stop.Record, &all); err != nil {
		return limen.Undone{}, &limen.Error{What: fmt.Sprintf("cannot undo the freeing of port %d", stop.Port), Why: err.Error()}
	}
	answer := limen.Undone{Port: stop.Port, Stopped: stop.At, Gaps: gaps}
	answer.Machine, answer.Time = h.moment()
	if fail(&answer, h.obstacle(ctx, stop, all)) {
		return answer, nil
	}
	for _, m := range all {
		started, err := h.start(ctx, m)
		if err != nil {
			fail(&answer, &limen.Error{Kind: limen.Busy, Why: fmt.Sprintf("%s could not be started: %v", m.Name, err), Next: "start it by hand: " + m.typed()})
			return answer, nil
		}
		answer.Started = append(answer.Started, started)
	}
	if err := records.ForgetStop(ctx, stop.ID); err != nil {
		return answer, err
	}
	answer.Listening, err = h.awaitServer(ctx, stop.Port, answer.Started)
	if err == nil && !answer.Listening {
		next := fmt.Sprintf("limen wait %d", stop.Port)
		if log := answer.Started[0].Log; log != "" {
			next = "see what it printed: " + log
		}
		fail(&answer, &limen.Error{Kind: limen.Busy, Why: "it was started, and nobody listens there: " + h.fateOf(answer.Started), Next: next})
	}
	return answer, err
}

func nothingToUndo(in op.UndoIn) error {
	e := &limen.Error{Kind: limen.NotFound, What: "cannot undo", Why: "limen has stopped nothing that it still knows of"}
	if in.Port != 0 {
		e.What = fmt.Sprintf("cannot undo the freeing of port %d", in.Port)
	}
	return e
}

// fail puts into an answer why it is none, and reports whether it is.
func fail(u *limen.Undone, e *limen.Error) bool {
	if e == nil {
		return false
	}
	u.Failure, u.Why, u.Next = &e.Kind, e.Why, e.Next
	return true
}

// obstacle is why nothing can be started again, or nil: then all of it can.
func (h *Host) obstacle(ctx context.Context, stop *store.Stop, all []memento) *limen.Error {
	taken, err := h.hasServer(ctx, stop.Port)
	switch {
	case err != nil:
		return &limen.Error{Why: err.Error()}
	case taken:
		return &limen.Error{Kind: limen.Busy, Why: "somebody listens on the port by now", Next: fmt.Sprintf("limen why %d", stop.Port)}
	}
	for _, m := range all {
		switch {
		case m.Cannot != "":
			return &limen.Error{Kind: limen.Unsupported, Why: m.Cannot, Next: "start it as it was started before"}
		case m.Program != nil && m.User != nil && m.User.UID != int64(os.Geteuid()) && os.Geteuid() >= 0:
			return &limen.Error{
				Kind: limen.Denied, Why: fmt.Sprintf("%s ran as user %s, and limen starts programs only as whoever runs it", m.Name, m.User),
				Next: fmt.Sprintf("as user %s, in %s: %s", limen.Unmistakable(m.User.String()), m.Program.Directory, m.typed()),
			}
		}
	}
	return nil
}

// start starts again what a memento remembers.
func (h *Host) start(ctx context.Context, m memento) (limen.Started, error) {
	s := limen.Started{Name: m.Name, How: m.typed()}
	switch {
	case m.Container != nil:
		s.How = fmt.Sprintf("%s start %s", m.Container.Kind, m.Container.Name)
		return s, h.newPeople(false).keepers.Tell(ctx, keeper.StartContainer, *m.Container, 0)
	case len(m.Tool) > 0:
		return s, halt.Tool(ctx, "", m.Tool, toolTime)
	case m.Program == nil:
		return s, fmt.Errorf("nothing is known of how it was started")
	}
	log, err := h.logFor(m)
	if err != nil {
		return s, err
	}
	defer log.Close()
	s.Log = log.Name()
	s.PID, err = halt.Start(*m.Program, io.Writer(log))
	return s, err
}

// logFor makes the file that a program prints to: the terminal it had may be
// gone, or somebody else's by now.
func (h *Host) logFor(m memento) (*os.File, error) {
	dir, err := h.state()
	if err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(dir, "undo.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
}

// awaitServer waits until somebody listens on a port, or until nobody is left
// who could.
func (h *Host) awaitServer(ctx context.Context, port uint16, started []limen.Started) (bool, error) {
	limit, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		ended := allEnded(started)
		if came, err := h.hasServer(ctx, port); came || err != nil || ended {
			return came, err
		}
		select {
		case <-limit.Done():
			return false, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// allEnded reports whether all that limen started itself have ended. What
// others keep may come back.
func allEnded(started []limen.Started) bool {
	for _, s := range started {
		if s.PID == 0 || !halt.HasEnded(s.PID) {
			return false
		}
	}
	return len(started) > 0
}

// fateOf says what has become of what was started.
func (h *Host) fateOf(started []limen.Started) string {
	if allEnded(started) {
		return "it has ended already"
	}
	return fmt.Sprintf("not after %v", startTime)
}
