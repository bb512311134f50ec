package host

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/supervise"
)

// Run starts a program with its port, and tells what it opens, until no process
// of it is left.
func (h *Host) Run(ctx context.Context, in op.RunIn, next func(limen.AppEvent) error) error {
	var c *crew
	var failed error
	var starting sync.WaitGroup
	// To start the guard takes as long as to find a port.
	starting.Go(func() { c, failed = h.newCrew(cmp.Or(in.Grace, usualGrace)) })
	in.Environment = h.environment(in)
	if !in.Unhinted {
		in.Environment = slices.Concat(in.Environment, h.trusted(in.Environment))
	}
	over := h.alone(ctx, h.projectAt(in.Directory).Root)
	defer over()
	l, err := h.Launch(ctx, in)
	starting.Wait()
	if failed != nil {
		return failed
	}
	if err != nil {
		return errors.Join(err, c.dismiss())
	}
	c.known = over
	err = c.runOne(ctx, in, l, next)
	if left := c.dismiss(); err == nil {
		err = left
	}
	return err
}

// runOne runs the one app of limen run.
func (c *crew) runOne(ctx context.Context, in op.RunIn, l limen.Launch, next func(limen.AppEvent) error) error {
	if in.Name == "" {
		c.main = l.App
	}
	c.add(limen.App{Name: l.App, Project: l.Project, Command: l.Command, Directory: l.Directory, State: limen.AppWaiting})
	p := run.Program{Arguments: l.Command, Directory: l.Directory, Environment: slices.Concat(c.host.environment(in), l.Environment)}
	handed, err := handedOver(ctx, in, l, &p)
	if err != nil {
		return err
	}
	defer closeAll(handed)
	seat, err := c.seat(in, &p)
	if err != nil {
		return err
	}
	defer seat.leave() // a terminal that does not come back is the shell's to mend
	var failed error
	c.supervisor = &supervise.Supervisor{
		Apps: []supervise.App{{Name: l.App, Restart: supervise.Never, ReadyTimeout: -1}}, Now: c.host.now,
		Start: func(ctx context.Context, _ string, _ int) (supervise.Running, error) {
			s, err := c.begin(ctx, l, p, work{capture: in.Capture, grace: c.grace, byPort: true, begun: seat.take})
			if err != nil {
				failed = err
				return nil, err
			}
			return s, nil
		},
	}
	// How it ended is limen's exit code, and why it could not be started limen's
	// error.
	c.isPlain = !in.Capture
	if err := c.attend(ctx, next, seat.forward); err != nil {
		return err
	}
	return failed
}

// leanAfter is when most of what limen needed to start something is not needed
// any more, and when the last of its ports was found.
var leanAfter = []time.Duration{2 * time.Second, 15 * time.Second}

// again is how much later a signal means that somebody asks once more: timeout(1)
// and shells send the same one to the process and to its group.
const again = 250 * time.Millisecond

// attend has the apps supervised, and hands on what happens, until nothing runs
// any more. The first wish to end is handed on to forward, or asks all to end;
// the second does not wait.
func (c *crew) attend(ctx context.Context, next func(limen.AppEvent) error, forward func(os.Signal) bool) error {
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	leave, err := c.appear(context.WithoutCancel(ctx)) // until nothing runs any more
	if err != nil {
		return err
	}
	defer leave()
	if c.known != nil {
		c.known()
	}
	done := make(chan error, 1)
	go func() {
		_, err := c.supervisor.Run(running, c.moved)
		done <- err
	}()
	for _, d := range leanAfter {
		defer time.AfterFunc(d, run.Lean).Stop()
	}
	var late <-chan time.Time
	var failed error
	signals, asked, enough := c.host.front.Signals, time.Time{}, ctx.Done()
	lost := c.guard.Lost()
	for {
		select {
		case e := <-c.events:
			if failed != nil {
				continue // nobody listens any more
			}
			if failed = next(e); failed != nil {
				end()
			}
		case sig := <-signals:
			isAnswered := forward(sig)
			if !isEnd(sig) || isAnswered && hasOtherUse(sig) && !c.host.front.isTerminal() {
				break
			}
			enough = nil
			now := c.host.now()
			if asked.IsZero() {
				asked = now
			}
			if now.Sub(asked) > again {
				end()
				c.supervisor.Kill()
			} else if isAnswered {
				late = time.After(c.grace)
			} else {
				end()
			}
		case <-late:
			end()
			c.supervisor.Kill()
		case <-enough:
			enough = nil
			if signals == nil {
				end()
			} else {
				// A signal that ends limen comes on its own channel, too.
				late = time.After(c.grace)
			}
		case <-lost:
			lost = nil
			failed = &limen.Error{
				Kind: limen.Internal, What: "cannot keep programs running", Why: "their guard was killed, and with it whatever it ran",
				Next: "start them again",
			}
			end()
			c.supervisor.Kill()
		case err := <-done:
			return cmp.Or(failed, err, c.drain(next))
		}
	}
}

// drain hands on the events that have been told and not been taken.
func (c *crew) drain(next func(limen.AppEvent) error) error {
	for {
		select {
		case e := <-c.events:
			if err := next(e); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// isEnd reports whether a signal asks a program to end.
func isEnd(s os.Signal) bool { return slices.Contains(endings, s) }

// Enter does what this process was started for by another limen, if it was.
func Enter(environ func() []string) (entered bool, err error) { return run.Enter(environ) }
