package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/run"
	"github.com/limenhq/limen/internal/supervise"
)

// Work is what else there is to know of a run of an app.
type work struct {
	capture bool              // what it prints is told and kept
	grace   time.Duration     // how long it may take to end
	signal  os.Signal         // that asks it to end; nil means SIGTERM
	byPort  bool              // it is ready when its service answers
	byLine  func(string) bool // reports whether a line shows that it is ready; nil for none
	begun   func(*stint)      // is called when it runs, before its end is waited for; nil for nothing
}

// A stint is one run of an app, from its start until its last process is gone.
type stint struct {
	crew *crew
	app  string
	run  *run.Run
	work

	ready chan struct{}         // closed when it is ready
	once  sync.Once             // closes ready
	ended chan supervise.Status // gives how it ended when no process is left
	over  chan struct{}         // closed then, and when all of it was told
	gone  chan struct{}         // closed as soon as none is left
	shown sync.WaitGroup        // what it has printed is being told
	asked atomic.Bool           // it is being stopped
}

// Ready is closed when the app is ready.
func (s *stint) Ready() <-chan struct{} { return s.ready }

// Ended gives how the app ended, when no process of it is left.
func (s *stint) Ended() <-chan supervise.Status { return s.ended }

// Stop asks every process of it to end, and kills those that do not.
func (s *stint) Stop(ctx context.Context) error {
	s.asked.Store(true)
	left := s.grace
	if s.signal != nil && s.run.Signal(s.signal) == nil {
		left = 0 // it has had its time
		select {
		case <-s.over:
			return nil
		case <-ctx.Done():
		case <-time.After(s.grace):
		}
	}
	stopped, err := s.run.Stop(ctx, left)
	if len(stopped.Killed) > 0 && ctx.Err() == nil {
		s.crew.tell(limen.AppEvent{App: s.app, Change: limen.AppNoted, Why: fmt.Sprintf("has not ended within %v, and was killed", s.grace)})
	}
	if err == nil {
		<-s.over
	}
	return err
}

// becomeReady notes that it is ready.
func (s *stint) becomeReady() { s.once.Do(func() { close(s.ready) }) }

// begin starts an app's program, and watches over it until nothing is left. It
// starts goroutines, which have ended when over is closed.
func (c *crew) begin(ctx context.Context, l limen.Launch, p run.Program, w work) (*stint, error) {
	s := &stint{crew: c, app: l.App, work: w, ready: make(chan struct{}), ended: make(chan supervise.Status, 1), over: make(chan struct{}), gone: make(chan struct{})}
	handed := len(p.Sockets) > 0
	var pipes *pipes
	if w.capture {
		var err error
		if pipes, err = openPipes(&p); err != nil {
			return nil, err
		}
	}
	scout := scout{host: c.host, glimpse: &c.glimpse, told: l.Port, handed: handed, tell: s.found}
	if l.Hint != "" { // a server, by all that is known
		scout.silent = func() {
			c.tell(limen.AppEvent{
				App: l.App, Change: limen.AppNoted, Process: s.run.ID(),
				Why: fmt.Sprintf("has run for %v and listens nowhere; it was told port %d", usualWorry, l.Port),
			})
		}
	}
	scout.begin(ctx) // what listens before the program runs is not its own
	r, err := c.guard.Start(p)
	if err != nil {
		pipes.abandon()
		return nil, cannotStart(l, err)
	}
	s.run, scout.members = r, r.Members
	c.tell(limen.AppEvent{App: l.App, Change: limen.AppLaunched, Launch: &l, Process: r.ID()})
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // whoever asked may go; the app ends first
	var looking sync.WaitGroup
	looking.Go(func() { scout.watch(ctx) })
	pipes.read(c, s)
	if w.begun != nil {
		w.begun(s)
	}
	go func() {
		s.live(ctx)
		close(s.gone)
		stop()
		looking.Wait()
		s.shown.Wait()
		status := r.Status()
		s.ended <- supervise.Status{Code: status.Code, Signal: status.Signal}
		close(s.over)
	}()
	return s, nil
}

// found takes what the scout tells.
func (s *stint) found(c limen.AppChange, o limen.Opening, why string) {
	e := limen.AppEvent{App: s.app, Change: c, Opening: &o, Process: s.run.ID(), Why: why}
	if c == limen.AppAnswered && o.Part == limen.ThePart && s.byPort {
		defer s.becomeReady()
	}
	s.crew.tell(e)
	if c == limen.AppAnswered && o.URL != "" && o.Role == "" && (o.Part == limen.ThePart || o.Service != nil) {
		s.shown.Go(func() { s.crew.call(e) })
	}
}

// How often is looked whether processes are left of an app whose first one has
// ended.
const lingering = 100 * time.Millisecond

// live waits until no process of the app is left. One that has put itself into
// the background goes on; what is left of one that has failed does not.
func (s *stint) live(ctx context.Context) {
	<-s.run.Ended()
	status := s.run.Status()
	left, err := s.left(ctx)
	e := limen.AppEvent{
		App: s.app, Change: limen.AppFinished, Process: s.run.ID(), Code: status.Code,
		Ended: &limen.Ended{ProcessID: s.run.ID(), Signal: status.Signal},
	}
	if status.Signal == "" {
		e.Ended.Status = &status.Code
	}
	switch {
	case err != nil || len(left) == 0 || s.asked.Load():
	case status.Code != 0:
		e.Why = fmt.Sprintf("has failed (%s); what it left behind is ended: %s", outcome(status), namesOf(left))
		s.crew.tell(e)
		// What does not end is the guard's business.
		_, _ = s.run.Stop(ctx, s.grace)
		return
	default:
		e.Why = fmt.Sprintf("has put itself into the background, and goes on: %s", namesOf(left))
		s.crew.tell(e)
		s.linger(ctx)
		return
	}
	s.crew.tell(e)
}

// left returns what is left of the app, without what is on its way out. Where
// that is all, it may have been a daemon's forefather, and what it has started
// is looked for.
func (s *stint) left(ctx context.Context) ([]limen.ProcessID, error) {
	for {
		all, err := s.run.Members(ctx)
		staying := slices.DeleteFunc(slices.Clone(all), func(id limen.ProcessID) bool { return nameOf(id) == "" })
		if err != nil || len(all) == 0 || len(staying) > 0 {
			return staying, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(lingering / 5):
		}
	}
}

// linger waits until no process is left.
func (s *stint) linger(ctx context.Context) {
	for {
		if left, err := s.run.Members(ctx); err != nil || len(left) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lingering):
		}
	}
}

// outcome says how a program ended.
func outcome(s run.Status) string {
	if s.Signal != "" {
		return s.Signal
	}
	return fmt.Sprintf("exit code %d", s.Code)
}

// namesOf names processes, the first few.
func namesOf(ids []limen.ProcessID) string {
	const most = 4
	var names []string
	for i, id := range ids {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(ids)-most))
			break
		}
		names = append(names, fmt.Sprintf("%s (pid %d)", limen.Unmistakable(nameOf(id)), id.PID))
	}
	return strings.Join(names, ", ")
}

// cannotStart says why a program could not be started.
func cannotStart(l limen.Launch, err error) error {
	e := &limen.Error{Kind: limen.Denied, What: fmt.Sprintf("cannot run %q", l.Command[0]), Why: err.Error()}
	var dir *run.DirectoryError
	var lookup *run.LookupError
	switch {
	case errors.As(err, &dir):
		e.Kind, e.Why, e.Next = limen.NotFound, dir.Error(), "start it from a directory that is there"
	case errors.As(err, &lookup) && errors.Is(err, fs.ErrNotExist) && strings.ContainsRune(l.Command[0], '/'):
		e.Kind, e.Why, e.Next = limen.NotFound, fmt.Sprintf("there is no file %s", lookup.Path), "name a program that is there; limen run sh -c '...' is for a shell's own words"
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Why = limen.NotFound, "no directory of PATH has it"
		e.Next = "name a program of this machine; limen run sh -c '...' is for a shell's own words"
	case errors.Is(err, fs.ErrPermission):
		e.Next = fmt.Sprintf("chmod +x %s, if it is a program", l.Command[0])
	}
	return e
}
