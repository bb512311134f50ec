// Package run starts programs so that no process of theirs is left behind,
// however limen ends.
//
// On Unix a second small process, the guard, is the parent of every program.
// On Linux it adopts every process whose own parent ends (PR_SET_CHILD_SUBREAPER
// of linux/prctl.h), so that one which makes itself a daemon is still below it.
// A socket joins the guard to the process that opened it, the front. If the
// front ends, in whatever way, the guard sees the socket close and ends all that
// is below it; if the guard ends, the front adopts what was below, and ends it.
// FreeBSD's guard adopts, too; its front does not, and macOS knows no adoption
// at all: what has been seen in a program's tree, or is in its group or session,
// is found there, and a daemon that nobody saw leave is not. On Windows there
// is no guard: a job object ends all that is in it when its last handle closes.
//
// What remains on Linux: if guard and front are killed in the same moment,
// programs are sent SIGTERM by the kernel (PR_SET_PDEATHSIG), and what they
// started depends on them.
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// ErrLost says that the guard has ended, and with it whatever it ran.
var ErrLost = errors.New("the guard of the programs has ended")

// ErrOver says that a program and all that it started have ended.
var ErrOver = errors.New("it has ended")

// ErrStays says that a process goes on though it was killed.
var ErrStays = errors.New("it goes on though it was killed")

// A StayError says that a process could not be ended.
type StayError struct {
	Process limen.ProcessID
	Err     error // the system's reason, or ErrStays
}

func (e *StayError) Error() string { return fmt.Sprintf("pid %d: %v", e.Process.PID, e.Err) }

// Unwrap returns the reason.
func (e *StayError) Unwrap() error { return e.Err }

// A Run is one run of a program, with every process that came of it. It may be
// used by several goroutines at once.
type Run struct {
	guard    *Guard
	number   uint32 // of the guard's runs; never 0
	id       limen.ProcessID
	terminal *terminal

	ended  chan struct{}
	once   sync.Once // closes ended
	status Status    // may be read once ended is closed
}

// ID returns which process the program is.
func (r *Run) ID() limen.ProcessID { return r.id }

// Terminal returns our end of the program's terminal; nil if it has none.
// Reading from it fails when no process has the other end open any more: on
// Linux with EIO (tty_ldisc_hangup of drivers/tty). The caller closes it.
func (r *Run) Terminal() *os.File {
	if r.terminal == nil {
		return nil
	}
	return r.terminal.File
}

// Resize says how large the terminal is from now on. The kernel tells the
// program, with SIGWINCH on Unix.
func (r *Run) Resize(s Size) error {
	if r.terminal == nil {
		return errors.New("the program has no terminal")
	}
	return r.terminal.resize(s)
}

// Ended returns a channel that is closed when the program itself has ended.
// Processes that it started may go on; Members tells.
func (r *Run) Ended() <-chan struct{} { return r.ended }

// Status returns how the program itself ended; the zero Status until it has.
func (r *Run) Status() Status {
	select {
	case <-r.ended:
		return r.status
	default:
		return Status{}
	}
}

// Members returns the processes of the run that are there now: the program, if
// it has not ended, and whatever came of it, daemons too. What was found at
// most 10 ms ago is taken for now, so that many may ask often. The error is
// ErrLost once the guard has ended: what was there is being ended, too.
func (r *Run) Members(ctx context.Context) ([]limen.ProcessID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.guard.system.members(r)
}

// Signal sends a signal to the program and its process group, as a terminal
// does; if the program has ended, to each process that is left of the run. The
// error is ErrOver if none is. On Windows there are two: os.Interrupt, which
// consoles deliver as CTRL_BREAK_EVENT to whoever listens for it, and os.Kill.
func (r *Run) Signal(s os.Signal) error { return r.guard.system.signal(r, s) }

// Stop ends every process of the run: it asks each once, with SIGTERM, waits
// until none is left or grace is over, and kills what is left until nothing is.
// Grace is over, too, when ctx ends. What could not be ended is an error that
// wraps ErrStays or the system's reason. A guard that goes on forgets a run
// when it was stopped, so stop those, too, of which nothing is left.
func (r *Run) Stop(ctx context.Context, grace time.Duration) (Stopped, error) {
	return r.guard.system.stop(ctx, r, grace)
}

// A Status is how a program ended.
type Status struct {
	Code   int    // as a shell would give it: 128+n after signal n; -1 if the guard was lost and nobody can tell
	Signal string // what it died of, such as "SIGKILL"; empty if it ended by itself
	Core   bool   // the kernel wrote its memory to a file
}

// Stopped is what it took to end a run.
type Stopped struct {
	Asked  []limen.ProcessID // were sent SIGTERM, in that order
	Killed []limen.ProcessID // did not end of it in time, or came too late to be asked
	After  time.Duration     // the first signal
}

// end notes how the program ended, once.
func (r *Run) end(s Status) {
	r.once.Do(func() {
		r.status = s
		close(r.ended)
	})
}
