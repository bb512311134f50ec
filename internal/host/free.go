package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/halt"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/verdict"
)

const (
	// usualGrace is what a process gets to end by itself.
	usualGrace = 5 * time.Second
	// toolTime is how long a keeper's tool may take beyond the grace.
	toolTime = 25 * time.Second
	// settling is how long the kernel may take to take back the sockets of a
	// process that has ended, and a keeper's tool to be through with it.
	settling = 2 * time.Second
)

// Free stops whatever holds a port, in the way that lasts, and says what a
// bind said afterwards: nothing else proves that the port is free.
func (h *Host) Free(ctx context.Context, in op.FreeIn) (limen.Freed, error) {
	if in.Transport == 0 {
		in.Transport = limen.TCP
	}
	f, err := h.holders(ctx, in)
	if err != nil {
		return limen.Freed{}, err
	}
	p, err := h.planFrom(f, in.Asker)
	if err != nil {
		return limen.Freed{}, err
	}
	answer := limen.Freed{Machine: p.Machine, Time: p.Time, Transport: p.Transport, Port: p.Port, Gaps: p.Gaps}
	if why, kind, next := objection(in, p, f); why != "" {
		answer.Why, answer.Failure, answer.Next = why, &kind, next
		answer.Remaining = holdersOf(f)
		return answer, nil
	}
	forget, gaps := h.journal(ctx, p)
	answer.Gaps = append(answer.Gaps, gaps...)
	var failed []string
	for _, s := range p.Steps {
		stopped, err := h.stop(ctx, in, s)
		answer.Stopped = append(answer.Stopped, stopped...)
		if ctx.Err() != nil {
			return answer, ctx.Err()
		}
		if err != nil {
			failed = append(failed, err.Error())
			answer.Stubborn = answer.Stubborn || errors.Is(err, halt.ErrStays)
		}
	}
	if len(answer.Stopped) == 0 {
		forget()
	}
	return h.conclude(ctx, in, answer, failed)
}

// objection says why nothing may be stopped, if so. A port is freed whole or
// not touched: to stop one of two holders helps nobody.
func objection(in op.FreeIn, p limen.Plan, f verdict.Facts) (why string, kind limen.Kind, next string) {
	if len(p.Steps) == 0 {
		if v := verdict.Judge(f); !v.Free && v.Next != "" {
			return "nothing that could be stopped holds it", limen.NotFound, fmt.Sprintf("limen why %d", in.Port)
		}
		return "nothing holds it", limen.NotFound, ""
	}
	for _, s := range p.Steps {
		if s.Refused != "" {
			return s.Refused, limen.Denied, s.Next
		}
	}
	if p.Protected != "" && !in.Confirmed {
		return p.Protected, limen.Denied, fmt.Sprintf("limen free %d --confirm %d", in.Port, in.Port)
	}
	for _, s := range p.Steps {
		for _, o := range s.Owners {
			if in.Agreed != nil && !slices.Contains(in.Agreed, o.Process.ProcessID) {
				return fmt.Sprintf("it changed hands: %s (pid %d) holds it now, which nobody has agreed to stop", limen.Unmistakable(o.Process.Name), o.Process.PID),
					limen.Busy, fmt.Sprintf("limen free %d", in.Port)
			}
		}
	}
	return "", 0, ""
}

// holdersOf are all who hold the port, each once.
func holdersOf(f verdict.Facts) (all []limen.Owner) {
	for _, l := range f.Listeners {
		for _, o := range l.Owners {
			if !slices.ContainsFunc(all, func(p limen.Owner) bool { return p.Process.ProcessID == o.Process.ProcessID }) {
				all = append(all, o)
			}
		}
	}
	return all
}

// stop takes one step of a plan. What ended is what was seen to end.
func (h *Host) stop(ctx context.Context, in op.FreeIn, s limen.Step) ([]limen.Stopped, error) {
	grace := cmp.Or(in.Grace, usualGrace)
	p := h.newPeople(false)
	birth := func(pid int) (uint64, error) {
		facts, err := p.processes.Read(limen.ProcessID{PID: pid})
		return facts.Process.Birth, err
	}
	switch s.Way {
	case limen.BySignal:
		return h.signal(ctx, halt.Halter{Birth: birth, Now: h.now}, s, grace, in.Force)
	case limen.ByContainer:
		err := p.keepers.Tell(ctx, keeper.StopContainer, *s.Owners[0].Keeper, grace)
		return stoppedBy(s, err), err
	}
	args := keeper.Tool(s.Owners[0].Within)
	err := halt.Tool(ctx, p.directoryOf(s.Owners[0].Keeper), args, grace+toolTime)
	s.Command = strings.Join(args, " ")
	return stoppedBy(s, err), err
}

// directoryOf is where a keeper works, if that is a directory here, too: the file
// of supervisord may name its socket from there.
func (p *people) directoryOf(k *limen.Keeper) string {
	if k == nil || k.PID == 0 {
		return ""
	}
	facts, err := p.processes.Read(limen.ProcessID{PID: k.PID})
	if err != nil {
		return ""
	}
	if info, err := os.Stat(facts.Directory); err != nil || !info.IsDir() {
		return ""
	}
	return facts.Directory
}

// stoppedBy is what a tool has stopped, if it did: all it was said to.
func stoppedBy(s limen.Step, err error) (all []limen.Stopped) {
	if err != nil {
		return nil
	}
	for _, o := range s.Owners {
		all = append(all, limen.Stopped{Owner: o, How: s.Command})
	}
	return all
}

// signal asks the first of a step to end, and then the others, if they did not
// end with it.
func (h *Host) signal(ctx context.Context, halter halt.Halter, s limen.Step, grace time.Duration, force bool) (all []limen.Stopped, err error) {
	for i, o := range s.Owners {
		if i > 0 && h.endsSoon(ctx, o.Process.ProcessID) {
			all = append(all, limen.Stopped{Owner: o, How: "with " + limen.Unmistakable(s.Owners[0].Process.Name)})
			continue
		}
		end, err := halter.Process(ctx, o.Process.ProcessID, grace, force)
		switch {
		case err == nil:
			all = append(all, limen.Stopped{Owner: o, How: end.Signal, Exit: end.Exit, After: end.After})
		case errors.Is(err, halt.ErrGone):
		case errors.Is(err, halt.ErrStays) && end.Signal == "": // nothing to ask it with, on this system
			return all, fmt.Errorf("%s (pid %d) can only be killed on this system: %w", limen.Unmistakable(o.Process.Name), o.Process.PID, err)
		case errors.Is(err, halt.ErrStays):
			return all, fmt.Errorf("%s (pid %d) was sent %s %v ago: %w", limen.Unmistakable(o.Process.Name), o.Process.PID, end.Signal, grace, err)
		default:
			return all, fmt.Errorf("%s (pid %d): %w", limen.Unmistakable(o.Process.Name), o.Process.PID, err)
		}
	}
	return all, nil
}

// endsSoon reports whether a process is gone, or goes within the time that a
// master takes to see its workers off.
func (h *Host) endsSoon(ctx context.Context, id limen.ProcessID) bool {
	p := h.newPeople(false)
	for range 20 {
		if _, err := p.processes.Read(id); err != nil {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return false
}
