package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

// upBehind starts limen up in the background, and returns when every service
// is ready, or will not be.
func upBehind(ctx context.Context, env Env, c call, in op.UpIn) error {
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		behind, err := startBehind(c)
		if err != nil {
			return err
		}
		defer behind.complaint.Close() // whatever it says later is in its events
		apps, err := behind.await(ctx, place)
		if err != nil {
			return err
		}
		if err := view.Apps(env.Out, apps, env.Now(), f, o); err != nil {
			return err
		}
		if slices.ContainsFunc(apps.Apps, hasFailed) {
			return ending{1}
		}
		return nil
	})
}

// A background is a limen that goes on when this one has ended.
type background struct {
	process   *os.Process
	ended     chan struct{}
	code      int      // its exit code, once it has ended
	complaint *os.File // what it says on standard error
}

// startBehind starts this very command line without -d, in a session of its
// own.
func startBehind(c call) (*background, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"up", "--json"}
	for _, name := range []string{"file", "script", "grace"} {
		if c.has(name) {
			args = append(args, "--"+name+"="+c.values[name])
		}
	}
	said, err := os.CreateTemp("", "limen-up")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(said.Name()) // where that cannot be, a few bytes stay
	cmd := exec.Command(self, append(append(args, "--"), c.args...)...)
	cmd.SysProcAttr, cmd.Stderr = detached, said
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, said.Close())
	}
	b := &background{process: cmd.Process, ended: make(chan struct{}), complaint: said}
	go func() { // until it ends, or this limen does
		_ = cmd.Wait() // how it ended is its exit code
		b.code = cmd.ProcessState.ExitCode()
		close(b.ended)
	}()
	return b, nil
}

// look is how often the background is asked how far its apps are.
const look = 50 * time.Millisecond

// appears is how long the background may take to be one that can be asked.
const appears = 5 * time.Second

// await waits until every app is ready, or will not be.
func (b *background) await(ctx context.Context, place op.Place) (limen.Apps, error) {
	limit := time.After(appears)
	for {
		select {
		case <-limit:
			return limen.Apps{}, errors.Join(&limen.Error{
				Kind: limen.Denied, What: "cannot stay in the background", Why: "nobody could ask it for its apps, or end it: its socket is not there",
				Next: "limen up, without -d, says why",
			}, b.process.Signal(os.Interrupt))
		case <-ctx.Done():
			return limen.Apps{}, errors.Join(ctx.Err(), b.process.Signal(os.Interrupt))
		case <-b.ended:
			return limen.Apps{}, b.why()
		case <-time.After(look):
		}
		all, err := op.Apps.On(ctx, place, op.AppsIn{})
		if err != nil {
			return all, err
		}
		all.Apps = slices.DeleteFunc(all.Apps, func(a limen.App) bool { return a.Runner.PID != b.process.Pid })
		isOnTheWay := func(a limen.App) bool {
			return slices.Contains([]limen.AppState{limen.AppWaiting, limen.AppStarting, limen.AppRestarting}, a.State)
		}
		if len(all.Apps) > 0 {
			limit = nil
		}
		if len(all.Apps) > 0 && !slices.ContainsFunc(all.Apps, isOnTheWay) {
			return all, nil
		}
	}
}

// why says why it has ended before its apps were ready.
func (b *background) why() error {
	text, err := io.ReadAll(io.NewSectionReader(b.complaint, 0, 16<<10))
	if err != nil {
		return err
	}
	if said := strings.TrimSpace(string(text)); said != "" {
		return foreign(said, b.code)
	}
	return &limen.Error{Kind: limen.NotFound, What: "cannot stay in the background", Why: "every service has ended", Next: "limen logs"}
}

// foreign makes an error of what another limen has said on standard error before
// it ended with an exit code.
func foreign(said string, code int) error {
	e := &limen.Error{}
	for _, x := range exits {
		if kind, ok := x.kind.(limen.Kind); ok && x.code == code {
			e.Kind = kind
		}
	}
	var rest []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		switch word, text, _ := strings.Cut(line, ":"); {
		case word == "limen" && e.What == "":
			e.What = strings.TrimSpace(text)
		case word == "why" && e.Why == "":
			e.Why = strings.TrimSpace(text)
		case word == "next" && e.Next == "":
			e.Next = strings.TrimSpace(text)
		default:
			rest = append(rest, line)
		}
	}
	if e.What == "" {
		e.What, e.Why = "cannot stay in the background", fmt.Sprintf("%.300s", strings.Join(rest, " "))
	}
	return e
}
