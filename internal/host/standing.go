package host

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/config"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/process"
)

// Standing says from where this process sees the machine, and what names are
// answered with. Whether it is the daemon, the daemon says.
func (h *Host) Standing(_ context.Context, in op.StandingIn) (s limen.Standing, err error) {
	s.Machine, s.Time = h.moment()
	s.Vantage = h.Vantage()
	if in.Brief {
		return s, nil
	}
	if settings, _, err := h.config(); err != nil {
		s.Gaps = append(s.Gaps, limen.Gap{What: "whether new listeners are named", Why: err.Error(), Next: "limen config"})
	} else {
		s.Observes = settings.Observes()
	}
	v, err := h.vault()
	if err != nil {
		return s, err
	}
	switch a, err := v.Open(); {
	case err == nil:
		s.Authority = a.Describe()
	case !errors.Is(err, limen.NotFound):
		s.Gaps = append(s.Gaps, limen.Gap{What: "the local authority", Why: err.Error(), Next: "limen trust"})
	}
	if b := h.harbour.Load(); b != nil {
		b.stand(&s)
	}
	return s, nil
}

// stand says what names the harbour answers for.
func (b *harbour) stand(s *limen.Standing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Observes = b.settings.Observes()
	s.Gaps = append(s.Gaps, slices.Clone(b.gaps)...)
	for _, r := range b.routes {
		if r.State == limen.RouteLive {
			s.Names++
		}
	}
}

// Retire and Succeed are of the daemon, which has them itself.

func (h *Host) Retire(context.Context, op.RetireIn) (limen.Standing, error) {
	return limen.Standing{}, noDaemon("stop the daemon")
}

func (h *Host) Succeed(context.Context, op.SucceedIn) (limen.Standing, error) {
	return limen.Standing{}, noDaemon("replace the daemon")
}

func noDaemon(what string) error {
	return &limen.Error{Kind: limen.NotFound, What: "cannot " + what, Why: "no daemon runs", Next: "limen daemon start"}
}

// Vantage is from where this process sees the machine.
func (h *Host) Vantage() limen.Vantage {
	v := limen.Vantage{User: int64(os.Geteuid()), Network: namespaceInode("net"), PIDs: namespaceInode("pid")}
	// What cannot be said is empty at both ends, or they differ.
	v.Home, _ = h.home()
	v.Settings, _ = h.settings()
	v.State, _ = h.state()
	return v
}

// SettingsMark is the same as long as the settings of whoever asks are.
func (h *Host) SettingsMark() string {
	dir, err := h.settings()
	if err != nil {
		return ""
	}
	return config.Mark(config.Files(dir))
}

// Self says which process this is, and what it has used of the machine so far.
// Either is nil where that cannot be read.
func (h *Host) Self() (*limen.ProcessID, *limen.Usage) {
	id, err := identifyPID(os.Getpid())
	if err != nil {
		return nil, nil
	}
	u, err := new(process.Reader).Usage(id, h.now())
	if err != nil {
		return &id, nil
	}
	return &id, &u
}

// DaemonSocket is where the daemon of whoever asks is asked.
func (h *Host) DaemonSocket() (string, error) { return h.daemonSocket() }
