package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/verdict"
)

// conclude says what has come of freeing a port: free, if it can be bound on
// every family as servers bind, with SO_REUSEADDR; else who is in the way.
func (h *Host) conclude(ctx context.Context, in op.FreeIn, answer limen.Freed, failed []string) (limen.Freed, error) {
	patience := settling
	if len(failed) > 0 {
		patience = 0 // somebody goes on, so waiting changes nothing
	}
	free, waits, err := h.awaitFree(ctx, in.Transport, in.Port, patience)
	if err != nil {
		return answer, err
	}
	if free && h.mayComeAgain(answer.Stopped) {
		if free, waits, err = h.staysFree(ctx, in); err != nil {
			return answer, err
		}
	}
	answer.Freed = free
	if free {
		answer.Why = waits
		return answer, nil
	}
	f, err := h.holders(ctx, in)
	if err != nil {
		return answer, err
	}
	answer.Remaining = holdersOf(f)
	kind := limen.Busy
	answer.Failure = &kind
	answer.Why, answer.Next = whyHeld(in, answer, f, failed)
	return answer, nil
}

// mayComeAgain reports whether something that nobody knows to be a keeper may
// start again what was stopped: its parent goes on, and is no terminal's shell,
// which starts nothing by itself. A loop in a script is such a parent.
func (h *Host) mayComeAgain(stopped []limen.Stopped) bool {
	p := h.newPeople(false)
	for _, s := range stopped {
		o := s.Owner
		if len(o.Process.Ancestors) == 0 || o.Process.Ancestors[0].PID <= 1 || o.Keeper != nil && o.Keeper.Kind.Restarts() {
			continue
		}
		parent := o.Process.Ancestors[0].ProcessID
		isShell := slices.ContainsFunc(o.Within, func(k limen.Keeper) bool { return k.Kind == limen.Terminal && k.PID == parent.PID })
		if _, err := p.processes.Read(parent); err == nil && !isShell {
			return true
		}
	}
	return false
}

// relapse is how long a port is watched that may be taken again: an interpreter
// takes a tenth of a second to start.
const relapse = 300 * time.Millisecond

// staysFree looks at a port for a while, and reports whether it can be bound at
// the end of it and nobody has come meanwhile.
func (h *Host) staysFree(ctx context.Context, in op.FreeIn) (free bool, waits string, err error) {
	limit := time.NewTimer(relapse)
	defer limit.Stop()
	for {
		if free, waits, err = h.awaitFree(ctx, in.Transport, in.Port, 0); !free || err != nil {
			return free, waits, err
		}
		select {
		case <-ctx.Done():
			return false, "", ctx.Err()
		case <-limit.C:
			return true, waits, nil
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// awaitFree waits until a port can be bound. Of closed connections it says
// for how long the kernel keeps the port from who binds without SO_REUSEADDR.
func (h *Host) awaitFree(ctx context.Context, t limen.Transport, port uint16, patience time.Duration) (free bool, waits string, err error) {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		plain, reuse, err := h.tryUsual(t, port)
		switch {
		case err != nil:
			return false, "", err
		case plain:
			return true, "", nil
		case reuse:
			return true, "closed connections keep it, for up to a minute, from the few servers that bind without SO_REUSEADDR", nil
		}
		select {
		case <-limit.Done():
			return false, "", ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// tryUsual reports whether a port can be bound at all usual addresses of this
// machine: plainly, and with SO_REUSEADDR.
func (h *Host) tryUsual(t limen.Transport, port uint16) (plain, reuse bool, err error) {
	h.trying.Lock()
	defer h.trying.Unlock()
	plain, reuse = true, true
	tried := false
	for _, a := range bind.Usual {
		b, err := bind.Try(t, a, port)
		switch {
		case errors.Is(err, bind.ErrNoAddress):
		case err != nil:
			return false, false, &limen.Error{What: fmt.Sprintf("cannot try port %d", port), Why: err.Error()}
		default:
			plain, reuse, tried = plain && b.Free, reuse && b.Reuse, true
		}
	}
	if !tried {
		return false, false, &limen.Error{
			Kind: limen.Unsupported, What: fmt.Sprintf("cannot try port %d", port), Why: "this machine has neither IPv4 nor IPv6",
		}
	}
	return plain, reuse, nil
}

// whyHeld says why a port is not free after all, and what to do.
func whyHeld(in op.FreeIn, answer limen.Freed, f verdict.Facts, failed []string) (why, next string) {
	for _, o := range answer.Remaining {
		isStopped := func(s limen.Stopped) bool { return s.Owner.Process.ProcessID == o.Process.ProcessID }
		if len(answer.Stopped) == 0 || slices.ContainsFunc(answer.Stopped, isStopped) {
			continue
		}
		if len(failed) > 0 {
			continue
		}
		by := ""
		switch {
		case o.Keeper != nil && o.Keeper.Kind.Restarts():
			by = fmt.Sprintf(", started by %s %s", o.Keeper.Kind, limen.Unmistakable(o.Keeper.Name))
		case len(o.Process.Ancestors) > 0 && o.Process.Ancestors[0].PID > 1:
			a := o.Process.Ancestors[0]
			by = fmt.Sprintf(", started by %s (pid %d)", limen.Unmistakable(a.Name), a.PID)
		}
		return fmt.Sprintf("%s (pid %d) took it again%s", limen.Unmistakable(o.Process.Name), o.Process.PID, by),
			fmt.Sprintf("stop what starts it; limen why %d tells more", in.Port)
	}
	if len(failed) > 0 {
		next := fmt.Sprintf("limen why %d", in.Port)
		if answer.Stubborn && !in.Force {
			next = fmt.Sprintf("limen free %d --force kills it", in.Port)
		}
		return strings.Join(failed, "; "), next
	}
	v := verdict.Judge(f)
	for _, c := range v.Causes {
		if c.Blocks {
			return c.What, v.Next
		}
	}
	return "it still cannot be bound, and nothing seen explains it", fmt.Sprintf("limen why %d", in.Port)
}
