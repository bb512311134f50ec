package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/wire"
)

// A meeting is a daemon that answers, whether or not it is one to be asked.
type meeting struct {
	client *wire.Client
	card   limen.Standing // who it is, in brief
	here   limen.Vantage  // of whoever asks
}

// How long a daemon may take to say who it is: to a command that can do without
// it, and to one that is about the daemon. A machine may be busy.
const (
	patience = 250 * time.Millisecond
	devotion = 2 * time.Second
)

// meet asks whoever answers at the daemon's socket who that is. It returns nil
// if nobody does. The caller closes the client.
func meet(ctx context.Context, h *host.Host, most time.Duration) (*meeting, error) {
	socket, err := h.DaemonSocket()
	if err != nil {
		return nil, nil // without a place to meet at, nobody can be met
	}
	limit := time.After(most)
	for {
		m, err := greet(ctx, h, socket, most)
		if errors.Is(err, wire.ErrNobody) {
			return nil, nil
		}
		if !errors.Is(err, wire.ErrGone) {
			return m, err
		}
		select {
		case <-limit:
			return nil, silent(ctx, socket)
		case <-time.After(look): // it has ended in this moment, and its socket soon will
		}
	}
}

func greet(ctx context.Context, h *host.Host, socket string, most time.Duration) (*meeting, error) {
	c, err := wire.DialSoon(ctx, socket, most)
	if err != nil {
		return nil, err
	}
	card, err := op.Standing.On(ctx, c, op.StandingIn{Brief: true})
	if err == nil && card.Process == nil {
		err = &limen.Error{Kind: limen.Unsupported, What: "cannot ask the daemon", Why: "who answers at its socket is another limen"}
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	c.Relax()
	return &meeting{c, card, h.Vantage()}, nil
}

// seesTheSame reports whether the daemon sees the machine as this process does.
func (m *meeting) seesTheSame() bool { return m.card.Vantage == m.here }

// isElsewhere reports whether the daemon is not among the processes, or not in
// the network, of this one.
func (m *meeting) isElsewhere() bool {
	there, here := m.card.Vantage, m.here
	return there.User != here.User || there.Network != here.Network || there.PIDs != here.PIDs
}

// difference says why the daemon is not to be asked. It is empty if it is.
func (m *meeting) difference() string {
	pid := m.card.Process.PID
	switch {
	case m.isElsewhere():
		return fmt.Sprintf("it runs elsewhere, as in a container or on the host of this one: pid %d there, network net:[%d]", pid, m.card.Vantage.Network)
	case !m.seesTheSame():
		return fmt.Sprintf("it (pid %d) runs with other directories; its settings are in %q", pid, m.card.Vantage.Settings)
	}
	if isSame, isKnown := m.isSameProgram(); isKnown && isSame || m.card.Version == version() && (!isKnown || isTelling(version())) {
		return ""
	}
	if m.card.Version == version() {
		return fmt.Sprintf("it (pid %d) is another build of limen", pid)
	}
	return fmt.Sprintf("it (pid %d) is limen %s, and this is %s", pid, m.card.Version, version())
}

// remedy is what makes the difference go away.
func (m *meeting) remedy() string {
	switch {
	case m.isElsewhere():
		return "give limen a directory of its own here: set XDG_STATE_HOME"
	case !m.seesTheSame():
		return "limen daemon stop, and then limen daemon start"
	}
	return "limen daemon start"
}

// isOutdated reports whether the daemon has read other settings than there are
// now.
func (m *meeting) isOutdated(h *host.Host) bool {
	return m.card.SettingsMark != "" && m.card.SettingsMark != h.SettingsMark()
}

// isTelling reports whether two programs of one version have the same code.
func isTelling(version string) bool {
	return version != unreleased && !strings.HasSuffix(version, "+dirty")
}

// isSameProgram reports whether the daemon is this very file, where procfs says
// that.
func (m *meeting) isSameProgram() (isSame, isKnown bool) {
	theirs, err := os.Stat(fmt.Sprintf("/proc/%d/exe", m.card.Process.PID))
	if err != nil {
		return false, false
	}
	ours, err := os.Stat("/proc/self/exe")
	return err == nil && os.SameFile(theirs, ours), err == nil
}

// nextOf is what an error says is to be done, or else what usually is.
func nextOf(err error, usual string) string {
	var known *limen.Error
	if errors.As(err, &known) && known.Next != "" {
		return known.Next
	}
	return usual
}

// whyOf is the cause of an error, without what could not be done.
func whyOf(err error) string {
	var known *limen.Error
	if errors.As(err, &known) && known.Why != "" {
		return known.Why
	}
	return err.Error()
}
