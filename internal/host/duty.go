package host

import (
	"context"
	"os"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/manifest"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/supervise"
)

// A duty is what is to be done for one app of a project.
type duty struct {
	app      manifest.App
	launch   limen.Launch
	program  run.Program
	ready    manifest.Ready
	grace    time.Duration
	handed   []*os.File
	isNeeded bool // others wait until it is ready
}

// supervised is the app as its supervisor knows it.
func (d *duty) supervised() supervise.App {
	a := supervise.App{
		Name: d.app.Name, ReadyTimeout: d.ready.Within,
		Restart: map[manifest.Restart]supervise.Restart{
			manifest.OnFailure: supervise.OnFailure, manifest.Always: supervise.Always, manifest.Never: supervise.Never,
		}[d.app.Restart],
	}
	for _, on := range d.app.After {
		a.DependsOn = append(a.DependsOn, supervise.Dependency{Name: on.Name, Until: map[manifest.Until]supervise.Until{
			manifest.UntilReady: supervise.Ready, manifest.UntilStarted: supervise.Started, manifest.UntilEnded: supervise.Ended,
		}[on.Until]})
	}
	return a
}

// perform starts an app, and has it looked at until it is ready.
func (c *crew) perform(ctx context.Context, d *duty) (supervise.Running, error) {
	w := work{capture: true, grace: d.grace, signal: signalOf(d.app.StopSignal), byPort: d.byPort(), byLine: d.byLine()}
	switch {
	case d.ready.Sign == manifest.SignURL:
		w.begun = func(s *stint) { s.shown.Go(func() { c.awaitURL(s, d.ready.URL) }) }
	case d.ready.Sign == manifest.SignNone && !d.isNeeded:
		w.begun = func(s *stint) { s.shown.Go(s.settle) }
	}
	s, err := c.begin(ctx, d.launch, d.program, w)
	if err != nil {
		return nil, err
	}
	if d.ready.Sign == manifest.SignStarted {
		s.becomeReady()
	}
	return s, nil
}

// settle makes an app ready that nobody waits for, if it has not ended by then.
func (s *stint) settle() {
	select {
	case <-s.gone:
	case <-time.After(settled):
		s.becomeReady()
	}
}

// byPort reports whether an app is ready when its port answers.
func (d *duty) byPort() bool {
	return d.ready.Sign == manifest.SignNone || d.ready.Sign == manifest.SignPort
}

// byLine reports whether a line shows that an app is ready; it is nil for one
// that is not waited for so.
func (d *duty) byLine() func(string) bool {
	if d.ready.Sign != manifest.SignLog {
		return nil
	}
	return d.ready.Log.MatchString
}

// awaitURL waits until a URL answers, or the app is gone.
func (c *crew) awaitURL(s *stint, url string) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		select {
		case <-s.gone:
			stop()
		case <-ctx.Done():
		}
	}()
	w, err := c.host.Wait(ctx, op.WaitIn{Goals: []limen.Goal{{State: limen.GoalReady, URL: url}}})
	if err == nil && w.Outcome == limen.OutcomeReady {
		s.becomeReady()
	}
}
