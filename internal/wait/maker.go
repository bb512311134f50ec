package wait

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/limenhq/limen"
)

// A maker is the process that is to bring the goals about.
type maker struct {
	waiter  Waiter
	id      limen.ProcessID
	handle  *os.File   // what the kernel tells its end by; nil where it has no such thing
	outputs []*os.File // the files that it writes to, its errors first
}

// follow takes hold of a process. The handle comes first: a run that has not
// ended after it was identified is the one that the handle is for.
func (w Waiter) follow(pid int) (*maker, error) {
	m := maker{waiter: w, handle: openHandle(pid)}
	var err error
	if m.id, err = w.Identify(pid); err != nil {
		m.close()
		return nil, err
	}
	m.outputs = openOutputs(pid)
	return &m, nil
}

func (m *maker) close() {
	if m.handle != nil {
		m.handle.Close()
	}
	for _, f := range m.outputs {
		f.Close()
	}
}

// glance is how often a process is looked at where the kernel does not tell of
// its end.
const glance = 50 * time.Millisecond

// wait waits for the end of the process. It reports false if ctx ends before.
func (m *maker) wait(ctx context.Context) bool {
	if m.handle != nil {
		return awaitEnd(ctx, m.handle)
	}
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for m.isThere() {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

func (m *maker) isThere() bool {
	id, err := m.waiter.Identify(m.id.PID)
	return err == nil && id == m.id
}

// burial is how long a parent may take to hear of the end of its child. Until
// then the kernel tells the status to nobody else.
const burial = 100 * time.Millisecond

// ended says how the process has ended, and what it wrote at last, as far as
// that can be known of a process that somebody else has started.
func (m *maker) ended(ctx context.Context) (e limen.Ended, gaps []limen.Gap) {
	e.ProcessID = m.id
	deadline := time.NewTimer(burial)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for known := false; !known; {
		if e.Status, e.Signal, known = statusOf(m.handle); known {
			break
		}
		select {
		case <-tick.C:
			continue
		case <-deadline.C:
		case <-ctx.Done():
		}
		gaps = append(gaps, limen.Gap{
			What: fmt.Sprintf("how pid %d has ended", e.PID),
			Why:  "the kernel tells it to its parent alone; others hear of it on Linux from 6.15 on, once the parent has",
		})
		break
	}
	for _, f := range m.outputs {
		if e.Lines = lastLines(f); len(e.Lines) > 0 {
			return e, gaps
		}
	}
	return e, append(gaps, limen.Gap{
		What: fmt.Sprintf("the last lines of pid %d", e.PID),
		Why:  "it did not write them into a file; what went to a terminal, a pipe or a journal is known to its reader alone",
	})
}
