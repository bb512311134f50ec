//go:build !linux && !windows

package halt

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// A handle is a number here: these systems have no other, so the birth is
// looked at right before each signal, and a moment remains.
type handle struct{ p *os.Process }

func open(pid int) (handle, error) {
	p, err := os.FindProcess(pid)
	return handle{p}, err
}

func (p handle) close() { p.p.Release() }

// A signal is a way to tell a process to end.
type signal struct {
	name   string
	number syscall.Signal
	isLast bool // it cannot be refused
}

func signals(force bool) []signal {
	all := []signal{{"SIGTERM", syscall.SIGTERM, false}, {"SIGKILL", syscall.SIGKILL, true}}
	if !force {
		return all[:1]
	}
	return all
}

func (p handle) send(s signal) error {
	err := p.p.Signal(s.number)
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return ErrGone
	}
	return err
}

// wait asks every few milliseconds whether the process is there.
func (p handle) wait(ctx context.Context, patience time.Duration) (bool, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if errors.Is(p.send(signal{number: 0}), ErrGone) {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-limit.C:
			return false, nil
		case <-look.C:
		}
	}
}

func (p handle) exit() *int { return nil }
