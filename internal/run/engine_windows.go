package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// self is empty: a process is started from its file's name here.
const self = ""

// An engine keeps the jobs of all runs. There is no guard: the system ends what
// is in a job when this process ends.
type engine struct {
	config Config
	lost   chan struct{}

	mu     sync.Mutex // guards what follows
	next   uint32
	jobs   map[uint32]job // of runs that are not over
	runs   map[uint32]*Run
	closed bool
	wait   sync.WaitGroup // the goroutines that wait for programs
}

func openEngine(c Config) (*engine, error) {
	return &engine{config: c, lost: make(chan struct{}), jobs: map[uint32]job{}, runs: map[uint32]*Run{}}, nil
}

func (e *engine) start(g *Guard, p Program) (*Run, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Terminal != nil {
		return nil, fmt.Errorf("a terminal for the program: %w", errors.ErrUnsupported)
	}
	if len(p.Sockets) > 0 {
		return nil, fmt.Errorf("sockets for the program: %w", errors.ErrUnsupported)
	}
	path, err := p.find()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	files := [3]*os.File{p.Stdin, p.Stdout, p.Stderr}
	for i, f := range files {
		if f == nil {
			files[i] = null
		}
	}
	j, err := newJob()
	if err != nil {
		return nil, err
	}
	r := &Run{guard: g, ended: make(chan struct{})}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		windows.CloseHandle(j.Handle)
		return nil, ErrLost
	}
	e.next++
	r.number = e.next
	process, pid, err := p.spawn(j, path, p.environment(fmt.Sprintf("%d.%d", os.Getpid(), r.number)), files)
	if err != nil {
		windows.CloseHandle(j.Handle)
		return nil, &LookupError{p.Arguments[0], path, err}
	}
	r.id = limen.ProcessID{PID: int(pid), Birth: birthOf(process)}
	e.jobs[r.number], e.runs[r.number] = j, r
	e.wait.Go(func() { r.watch(process) })
	return r, nil
}

// watch notes how the program ends.
func (r *Run) watch(process windows.Handle) {
	defer windows.CloseHandle(process)
	windows.WaitForSingleObject(process, windows.INFINITE)
	var code uint32
	if windows.GetExitCodeProcess(process, &code) != nil {
		r.end(Status{Code: -1})
		return
	}
	r.end(Status{Code: int(code)})
}

// job returns the job of a run; ok is false when the run is over.
func (e *engine) job(r *Run) (j job, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	j, ok = e.jobs[r.number]
	return j, ok
}

func (e *engine) members(r *Run) ([]limen.ProcessID, error) {
	j, ok := e.job(r)
	if !ok {
		return nil, nil
	}
	return j.members()
}

func (e *engine) signal(r *Run, s os.Signal) error {
	j, ok := e.job(r)
	switch {
	case !ok:
		return ErrOver
	case s == os.Kill:
		return j.kill()
	case s != os.Interrupt && s != syscall.SIGTERM:
		return fmt.Errorf("the signal %v: %w", s, errors.ErrUnsupported)
	}
	select {
	case <-r.ended: // its number may be another's
		return ErrOver
	default:
		return windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, uint32(r.id.PID))
	}
}

// pause is how long to wait between two looks at processes that are to end.
const pause = 10 * time.Millisecond

func (e *engine) stop(ctx context.Context, r *Run, grace time.Duration) (s Stopped, err error) {
	began := e.config.now()
	defer func() { s.After = e.config.now().Sub(began) }()
	j, ok := e.job(r)
	if !ok {
		return s, nil
	}
	polite, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if grace > 0 && e.signal(r, os.Interrupt) == nil { // without a console nobody hears of it
		s.Asked, _ = j.members()
		if left, err := j.drain(polite); err != nil || len(left) == 0 {
			return s, errors.Join(err, e.finish(r))
		}
	}
	if s.Killed, err = j.members(); err != nil {
		return s, err
	}
	if err := j.kill(); err != nil {
		return s, err
	}
	stern, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	left, err := j.drain(stern)
	if err == nil && len(left) > 0 {
		err = &StayError{left[0], ErrStays}
	}
	if err != nil {
		return s, err
	}
	return s, e.finish(r)
}

// drain waits until nothing is in the job, or ctx ends, and returns what is.
func (j job) drain(ctx context.Context) ([]limen.ProcessID, error) {
	look := time.NewTicker(pause)
	defer look.Stop()
	for {
		left, err := j.members()
		if err != nil || len(left) == 0 {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return left, nil
		case <-look.C:
		}
	}
}

// finish drops a run of which nothing is left.
func (e *engine) finish(r *Run) error {
	<-r.ended
	e.mu.Lock()
	defer e.mu.Unlock()
	j, ok := e.jobs[r.number]
	if !ok {
		return nil
	}
	delete(e.jobs, r.number)
	delete(e.runs, r.number)
	return windows.CloseHandle(j.Handle)
}

func (e *engine) close(ctx context.Context) error {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	runs := make([]*Run, 0, len(e.runs))
	for _, r := range e.runs {
		runs = append(runs, r)
	}
	e.mu.Unlock()
	errs := make([]error, len(runs))
	var all sync.WaitGroup
	for i, r := range runs {
		all.Go(func() { _, errs[i] = e.stop(ctx, r, e.config.Grace) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	e.wait.Wait()
	if first {
		close(e.lost)
	}
	return nil
}

// A terminal is what no program gets here yet: a pseudo console is two pipes,
// and not one file.
type terminal struct{ *os.File }

func (*terminal) resize(Size) error { return errors.ErrUnsupported }

// There is no guard to enter, and no socket to hand over.
func guard(string, []string) error { return errors.ErrUnsupported }
func shim(string, []string) error  { return errors.ErrUnsupported }
