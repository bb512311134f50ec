// Package halt ends programs, and sees that they have ended. A program is
// meant by its PID and its birth: a handle is taken first and the birth looked
// at after, so that a number which has changed hands is never hit.
package halt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// ErrGone says that a process has ended already, even if its PID is another's
// by now.
var ErrGone = errors.New("it has ended already")

// ErrStays says that a process goes on after it was asked to end.
var ErrStays = errors.New("it goes on")

// A Halter ends processes.
type Halter struct {
	// Birth returns the birth of the process that has a PID now.
	Birth func(pid int) (uint64, error)
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

func (h Halter) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// An End is how a process ended.
type End struct {
	Signal string        // what it was sent last
	After  time.Duration // the first signal
	Exit   *int          // its status as a shell would give it, 128+n after signal n; nil if the system does not tell
}

// Process asks a process to end and waits up to grace for it. If it goes on,
// it is killed where force says so; else the error is ErrStays. It may be that
// a process is gone before it was asked; then the error is ErrGone, and
// nothing was done.
func (h Halter) Process(ctx context.Context, id limen.ProcessID, grace time.Duration, force bool) (End, error) {
	if id.PID <= 1 {
		return End{}, fmt.Errorf("process %d keeps the system running", id.PID)
	}
	p, err := open(id.PID)
	if err != nil {
		return End{}, err
	}
	defer p.close()
	switch birth, err := h.Birth(id.PID); {
	case err != nil:
		return End{}, errors.Join(ErrGone, err)
	case birth != id.Birth:
		return End{}, ErrGone
	}
	began := h.now()
	end := End{}
	for _, s := range signals(force) {
		if err := p.send(s); err != nil {
			return end, err
		}
		end.Signal = s.name
		wait := grace
		if s.isLast {
			wait = killTime
		}
		ended, err := p.wait(ctx, wait)
		if err != nil {
			return end, err
		}
		if ended {
			end.After, end.Exit = h.now().Sub(began), p.exit()
			return end, nil
		}
	}
	return end, ErrStays
}

// killTime is how long a killed process may take to be gone. It is, unless the
// kernel is busy for it: a file system that does not answer can hold it.
const killTime = 5 * time.Second
