package host

import (
	"cmp"
	"context"
	"os"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/keeper"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/plan"
	"github.com/limenhq/limen/internal/verdict"
)

// Plan says what freeing a port would do, and does nothing.
func (h *Host) Plan(ctx context.Context, in op.FreeIn) (limen.Plan, error) {
	f, err := h.holders(ctx, in)
	if err != nil {
		return limen.Plan{}, err
	}
	return h.planFrom(f, in.Asker)
}

// holders finds out who holds a port, without trying it.
func (h *Host) holders(ctx context.Context, in op.FreeIn) (verdict.Facts, error) {
	if in.Port == 0 {
		return verdict.Facts{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot free port 0", Why: "it stands for any free port", Next: "name a port from 1 to 65535",
		}
	}
	if in.Transport == 0 {
		in.Transport = limen.TCP
	}
	return h.facts(ctx, op.WhyIn{Port: in.Port, Transport: in.Transport}, "") // who is missed would keep the port
}

// planFrom makes a plan of what was seen, for whoever asks.
func (h *Host) planFrom(f verdict.Facts, asker int) (limen.Plan, error) {
	p := limen.Plan{
		Machine: f.Machine, Time: f.Time, Transport: f.Transport, Port: f.Port, Gaps: f.Gaps,
		Steps: plan.Steps(plan.Facts{
			Transport: f.Transport, Port: f.Port, Listeners: f.Listeners, Asker: f.Asker,
			Line: h.line(asker), Unowned: whyUnowned[f.Unowned], Tool: keeper.Tool, Command: keeper.Next, Own: h.errandAt(f.Port),
		}),
	}
	if len(p.Steps) == 0 {
		return p, nil // there is nothing to protect
	}
	c, _, err := h.config()
	if err != nil {
		return p, err
	}
	p.Protected = plan.Protected(p, c.Free.Ports, c.Free.Users)
	return p, nil
}

// whyUnowned says why nobody is known to hold a socket.
var whyUnowned = map[limen.CauseKind]string{
	limen.CauseListener:   "its holder may not be looked into",
	limen.CauseOutsidePID: "its holder is outside of what limen can see",
	limen.CauseKernel:     "the kernel itself holds it",
}

// line returns the PIDs of limen, and of whoever asks with all it was started
// by: none of them may be stopped, or limen would end in the middle of it.
func (h *Host) line(asker int) []int {
	asker = cmp.Or(asker, os.Getpid())
	all := []int{os.Getpid(), asker}
	who, err := h.newPeople(false).processes.Read(limen.ProcessID{PID: asker})
	if err != nil {
		return append(all, os.Getppid())
	}
	for _, a := range who.Process.Ancestors {
		all = append(all, a.PID)
	}
	return all
}
