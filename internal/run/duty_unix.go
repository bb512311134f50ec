//go:build linux || darwin || freebsd

package run

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// A duty is what the guard does: it starts what it is told to, tells what
// ends, and when it is told to, or hears nothing any more, ends all of it.
//
// Everything happens on one thread, so a program that it has not asked about
// keeps its number, and a signal to that reaches nobody else.
type duty struct {
	line  *line
	grace time.Duration
	tree  *tree
	hunt  *hunt
	birth func(pid int) uint64

	programs map[int]program // that have not ended, by PID
	numbers  map[uint32]int  // their PIDs, by run
	deadline time.Time       // when asking ends; zero while nothing is to end
}

// A program is one that the guard has started.
type program struct {
	limen.ProcessID
	run uint32
}

// guardLine is the descriptor that a guard finds its end of the line at.
const guardLine = 3

// guardValue is what the environment of a guard says.
func guardValue(grace time.Duration) string { return grace.String() }

// guard is what a guard process does.
func guard(value string, _ []string) error {
	grace, err := time.ParseDuration(value)
	if err != nil || grace < 0 {
		return fmt.Errorf("%s=%q is for limen itself, and is a time such as 5s", guardKey, value)
	}
	if _, err := unix.Getpeername(guardLine); err != nil {
		return fmt.Errorf("%s is for limen itself, which gives a socket with it: %w", guardKey, err)
	}
	// What a main ignores is ignored by all that it starts; a program begins
	// with every signal as it is for a program (exec, signal(7)).
	signal.Reset()
	// Whatever is started has this thread as its parent, and would be sent
	// PR_SET_PDEATHSIG if it ended (prctl(2)); the main thread never does.
	runtime.LockOSThread()
	rename()
	if err := adopt(); err != nil {
		return err
	}
	l, err := newLine(guardLine)
	if err != nil {
		return err
	}
	c := Config{}.withDefaults()
	d := &duty{
		line: l, grace: grace, tree: newTree(newCensus(c), os.Getpid(), c.now),
		hunt:     newHunt(sender(c), sendGroup),
		birth:    func(pid int) uint64 { return birth(c, pid) },
		programs: map[int]program{}, numbers: map[uint32]int{},
	}
	defer time.AfterFunc(leanAfter, Lean).Stop()
	d.do(c.now)
	return nil
}

// leanAfter is when a guard has started what it was started for.
const leanAfter = time.Second

// A message is a frame with its files.
type message struct {
	frame
	files []int
}

// do returns when nothing is left to guard and nobody to guard it for.
func (d *duty) do(now func() time.Time) {
	messages := make(chan message)
	go func() { // ends with the line, that is with the process
		defer close(messages)
		for {
			f, files, err := d.line.receive()
			if err != nil {
				return
			}
			messages <- message{f, files}
		}
	}()
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, unix.SIGCHLD)
	told := make(chan os.Signal, 1)
	signal.Notify(told, unix.SIGTERM) // as a machine says that goes down
	for {
		left := d.reap()
		pause, done := d.press(now(), left)
		if done {
			return
		}
		var wake <-chan time.Time
		if pause > 0 {
			wake = time.After(pause)
		}
		select {
		case m, ok := <-messages:
			if !ok {
				messages = nil
				d.end(now(), d.grace)
				break
			}
			d.take(m, now)
		case <-ends:
		case <-told:
			d.end(now(), d.grace)
		case <-wake:
		}
	}
}

// take does what a message asks for. One that makes no sense is passed over:
// whoever wrote it is limen, or can end the guard anyway.
func (d *duty) take(m message, now func() time.Time) {
	defer closeAll(m.files)
	switch m.kind {
	case sayStart:
		d.start(m)
	case saySignal:
		n, err := parseNumbers(m.body, 1)
		if pid := d.numbers[m.run]; err == nil && pid > 0 && n[0] > 0 && n[0] < 128 {
			unix.Kill(-pid, syscall.Signal(n[0]))
		}
	case sayEnd:
		if n, err := parseNumbers(m.body, 1); err == nil {
			d.end(now(), time.Duration(min(n[0], uint64(time.Hour))))
		}
	}
}

// start starts a program, and tells what became of it.
func (d *duty) start(m message) {
	pid, err := d.launch(m)
	if err != nil {
		var errno syscall.Errno
		if !errors.As(err, &errno) || errno == 0 {
			errno = unix.EINVAL
		}
		d.line.send(frame{kind: sayRefused, run: m.run, body: numbers(uint64(errno))})
		return
	}
	p := program{limen.ProcessID{PID: pid, Birth: d.birth(pid)}, m.run}
	d.programs[pid], d.numbers[m.run] = p, pid
	d.tree.add(p.ProcessID, m.run)
	d.line.send(frame{kind: sayStarted, run: m.run, body: numbers(uint64(pid), p.Birth)})
}

func (d *duty) launch(m message) (pid int, err error) {
	l, err := parseLaunch(m.body)
	switch {
	case err != nil:
		return 0, err
	case len(m.files) < 3 || m.run == 0 || d.numbers[m.run] != 0:
		return 0, errFrame
	case !d.deadline.IsZero():
		return 0, unix.ECANCELED
	}
	fds := make([]uintptr, len(m.files))
	for i, f := range m.files {
		fds[i] = uintptr(f)
	}
	if l.shim != "" {
		return l.startShim(fds)
	}
	return syscall.ForkExec(l.path, l.arguments, &syscall.ProcAttr{Dir: l.directory, Env: l.environment, Files: fds, Sys: l.attributes()})
}

// attributes gives a program a group of its own, or a session with a terminal.
func (l launch) attributes() *syscall.SysProcAttr {
	a := deathSignal()
	if l.terminal < 0 {
		a.Setpgid = true
		return a
	}
	a.Setsid, a.Setctty, a.Ctty = true, true, l.terminal
	return a
}

// reap asks how children ended, and tells of programs among them. It reports
// whether a child is left.
func (d *duty) reap() (left bool) {
	for {
		var w unix.WaitStatus
		pid, err := unix.Wait4(-1, &w, unix.WNOHANG, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return false // ECHILD
		case pid == 0:
			return true
		}
		if p, ok := d.programs[pid]; ok {
			delete(d.programs, pid)
			delete(d.numbers, p.run)
			d.tree.leave(p.ProcessID)
			d.tree.forget(p.run)
			d.line.send(frame{kind: sayEnded, run: p.run, body: numbers(uint64(w))})
		}
	}
}

// end begins to end everything; again, to do it sooner.
func (d *duty) end(now time.Time, grace time.Duration) {
	if at := now.Add(grace); d.deadline.IsZero() || at.Before(d.deadline) {
		d.deadline = at
	}
}

// press goes on ending what is left. It returns how long to wait before the
// next time; 0 means until something happens.
func (d *duty) press(now time.Time, left bool) (pause time.Duration, done bool) {
	if d.deadline.IsZero() {
		return 0, false
	}
	all, err := d.tree.members(0)
	if !left && len(all) == 0 {
		return 0, true
	}
	if err != nil { // nothing can be seen; what is a child of ours ends some time
		return time.Second, false
	}
	nodes := make([]node, len(all))
	for i, m := range all {
		nodes[i] = m.node
	}
	if now.Before(d.deadline) {
		d.hunt.ask(nodes)
		return min(askPause, d.deadline.Sub(now)), false
	}
	if d.hunt.kill(nodes) {
		return time.Microsecond, false
	}
	// What does not end of being killed several times is held by the kernel,
	// or another user's; there is no use in hurrying.
	return min(killPause<<min(d.hunt.kills, 9), time.Second), false
}
