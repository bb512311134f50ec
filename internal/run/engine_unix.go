//go:build linux || darwin || freebsd

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// An engine is the front's side of a guard: it sends launches, hears what
// became of them, and looks into the tree by itself.
type engine struct {
	config  Config
	process *os.Process // the guard
	guard   limen.ProcessID
	line    *line
	tree    *tree
	send    func(limen.ProcessID, syscall.Signal) error
	lost    chan struct{}

	mu   sync.Mutex // guards next and runs
	next uint32
	runs map[uint32]*pending
}

// A pending is a run whose end the guard has not told yet. Its answer holds
// what became of the start.
type pending struct {
	*Run
	answer chan error
}

// errBlind says that processes cannot be seen, and so not guarded.
var errBlind = errors.New("what a program starts cannot be seen here; is procfs mounted?")

func openEngine(c Config) (*engine, error) {
	path, err := c.executable()
	if err != nil {
		return nil, err
	}
	if err := adopt(); err != nil {
		return nil, err
	}
	ours, theirs, err := linePair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	process, err := startGuard(c, path, theirs)
	if err != nil {
		ours.close()
		return nil, fmt.Errorf("the guard of the programs: %w", err)
	}
	e := &engine{
		config: c, process: process, line: ours, send: sender(c),
		tree: newTree(newCensus(c), process.Pid, c.now),
		lost: make(chan struct{}), runs: map[uint32]*pending{},
	}
	// Until we ask how it ended, the number is the guard's.
	e.guard = limen.ProcessID{PID: process.Pid, Birth: birth(c, process.Pid)}
	if e.guard.Birth == 0 {
		ours.close()
		process.Wait() // it has nothing to guard
		return nil, errBlind
	}
	go e.hear()
	return e, nil
}

// startGuard starts the guard with its end of the line.
func startGuard(c Config, path string, theirs *os.File) (*os.Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(path, c.Arguments, &os.ProcAttr{
		// One processor and a small heap are enough for it, and all it takes
		// is taken from what limen runs.
		Env: append([]string{"GOMAXPROCS=1", "GOGC=10", guardKey + "=" + guardValue(c.Grace)}, c.Environment...),
		// It holds no stream of ours: who reads them waits for their end.
		Files: []*os.File{null, null, null, theirs},
		// In a session of its own no terminal reaches it: Ctrl-C is for the
		// front to hear, and it is what decides.
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
}

func (e *engine) start(g *Guard, p Program) (*Run, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	path, err := p.find()
	if err != nil {
		return nil, err
	}
	l := launch{path: path, directory: p.Directory, arguments: p.Arguments, terminal: -1}
	if len(p.Sockets) > 0 {
		if l.shim, err = e.config.executable(); err != nil {
			return nil, err
		}
	}
	if p.Directory != "" {
		l.directory = absolute(p.Directory)
	}
	streams, err := p.open()
	if err != nil {
		return nil, err
	}
	defer streams.close()
	l.terminal = streams.control
	r := &Run{guard: g, terminal: streams.terminal, ended: make(chan struct{})}
	if err := e.launch(r, l, p, streams.files); err != nil {
		streams.abandon()
		return nil, err
	}
	return r, nil
}

// launch sends a launch to the guard, and waits for what became of it.
func (e *engine) launch(r *Run, l launch, p Program, files []*os.File) error {
	e.mu.Lock()
	e.next++
	r.number = e.next
	run := &pending{r, make(chan error, 1)}
	if e.runs == nil { // the guard is lost
		e.mu.Unlock()
		return ErrLost
	}
	e.runs[r.number] = run
	e.mu.Unlock()

	// Two guards that are there at once never have the same PID and birth.
	token := fmt.Sprintf("%d.%d.%d", e.guard.PID, e.guard.Birth, r.number)
	e.tree.expect(r.number, token)
	l.environment = p.environment(token)
	err := e.line.send(frame{kind: sayStart, run: r.number, body: l.encode()}, files...)
	if errors.Is(err, unix.EPIPE) || errors.Is(err, os.ErrClosed) || errors.Is(err, unix.ECONNRESET) {
		err = ErrLost
	}
	if err == nil {
		err = <-run.answer
	}
	if err != nil {
		e.drop(r.number)
		if errors.Is(err, ErrLost) || errors.Is(err, errFrame) {
			return err
		}
		return &LookupError{p.Arguments[0], l.path, err}
	}
	return nil
}

// drop forgets a run that did not start.
func (e *engine) drop(run uint32) {
	e.tree.forget(run)
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.runs, run)
}

// hear takes what the guard says, until it ends. Then it ends what is left.
func (e *engine) hear() {
	defer close(e.lost)
	for {
		f, files, err := e.line.receive()
		closeAll(files)
		if err != nil {
			break
		}
		e.mu.Lock()
		run := e.runs[f.run]
		e.mu.Unlock()
		if tell := answers[f.kind]; run != nil && tell != nil {
			tell(e, run, f.body)
		}
	}
	e.line.close()
	e.process.Wait() // from here on its children are ours
	e.mu.Lock()
	runs := e.runs
	e.runs = nil
	e.mu.Unlock()
	for _, r := range runs {
		select {
		case r.answer <- ErrLost:
		default:
		}
	}
	e.inherit(runs)
	for _, r := range runs {
		r.end(Status{Code: -1})
	}
}

// answers is what to do with what the guard says of a run.
var answers = map[kind]func(*engine, *pending, []byte){
	sayStarted: func(e *engine, r *pending, body []byte) {
		id, err := parseStarted(body)
		if err == nil {
			r.id = id
			e.tree.add(id, r.number)
		}
		r.answer <- err
	},
	sayRefused: func(_ *engine, r *pending, body []byte) { r.answer <- parseRefused(body) },
	sayEnded: func(e *engine, r *pending, body []byte) {
		if n, err := parseNumbers(body, 1); err == nil {
			e.mu.Lock()
			delete(e.runs, r.number)
			e.mu.Unlock()
			e.tree.leave(r.id)
			r.end(statusOf(unix.WaitStatus(n[0])))
		}
	},
}

// statusOf says how a program ended, of what wait4(2) tells.
func statusOf(w unix.WaitStatus) Status {
	if w.Signaled() {
		name := unix.SignalName(w.Signal())
		if name == "" { // a real-time signal
			name = "SIG" + strconv.Itoa(int(w.Signal()))
		}
		return Status{Code: 128 + int(w.Signal()), Signal: name, Core: w.CoreDump()}
	}
	return Status{Code: w.ExitStatus()}
}

func (e *engine) members(r *Run) ([]limen.ProcessID, error) {
	nodes, err := e.tree.of(r.number, fresh)
	// A daemon that is being made can escape a look that finds others.
	for again := 2; err == nil && len(nodes) == 0 && again > 0; again-- {
		nodes, err = e.tree.of(r.number, 0)
	}
	var all []limen.ProcessID
	for _, n := range nodes {
		all = append(all, n.ProcessID)
	}
	return all, err
}

func (e *engine) signal(r *Run, s os.Signal) error {
	number, ok := s.(syscall.Signal)
	if !ok {
		return fmt.Errorf("%v is no signal of this system", s)
	}
	select {
	case <-r.ended:
		return e.signalEach(r, number)
	default:
		return e.line.send(frame{kind: saySignal, run: r.number, body: numbers(uint64(number))})
	}
}

// signalEach sends a signal to each process of a run.
func (e *engine) signalEach(r *Run, s syscall.Signal) error {
	nodes, err := e.tree.of(r.number, 0)
	if err != nil {
		return err
	}
	reached := false
	for _, n := range nodes {
		switch sent := e.send(n.ProcessID, s); {
		case sent == nil:
			reached = true
		case !errors.Is(sent, errGone):
			err = &StayError{n.ProcessID, sent}
		}
	}
	if !reached && err == nil {
		return ErrOver
	}
	return err
}

func (e *engine) close(ctx context.Context) error {
	// A send that fails means that the guard is gone, or about to be.
	e.line.send(frame{kind: sayEnd, body: numbers(uint64(e.config.Grace))})
	select {
	case <-e.lost:
		return nil
	case <-ctx.Done():
	}
	e.line.send(frame{kind: sayEnd, body: numbers(0)})
	patience := time.NewTimer(killTime)
	defer patience.Stop()
	select {
	case <-e.lost:
		return nil
	case <-patience.C:
	}
	all, err := e.tree.members(0)
	if err == nil && len(all) > 0 {
		return &StayError{all[0].ProcessID, ErrStays}
	}
	return fmt.Errorf("the guard of the programs, pid %d: %w", e.guard.PID, ErrStays)
}
