package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
)

// How long a daemon may take.
const (
	starting = 20 * time.Second // to answer
	stopping = 20 * time.Second // to end; what is under way gets ten of them
	look     = 10 * time.Millisecond
)

// A Coming is how a daemon has come to be where none was, or another one.
type Coming struct {
	PID     int
	Instead string // why it has taken the place of another one; empty if there was none
}

// Ensure returns the daemon as a place, and starts it if none runs, or replaces
// one as Start does; come then says how. One that cannot be replaced is asked all
// the same. Where no daemon is wanted, the place is this process.
func Ensure(ctx context.Context, c Config) (p op.Place, done func() error, come *Coming, err error) {
	if !c.IsOff() {
		switch s, came, err := start(ctx, c, Terms{}); {
		case err != nil && s.Process != nil:
			c.tell(limen.Notice{What: fmt.Sprintf("the daemon (pid %d) goes on as it is", s.Process.PID), Why: whyOf(err), Next: "limen daemon start, when that is put right"})
		case err != nil:
			return nil, nil, nil, err
		default:
			come = came
		}
	}
	p, done, err = connect(ctx, c, devotion)
	return p, done, come, err
}

// Start starts the daemon in the background, and returns when it answers. One
// that runs already stays, unless it is another limen, has read other settings,
// or could have better doors by now: then it is replaced, and no connection is
// dropped. The note of what is returned says which it was.
func Start(ctx context.Context, c Config, t Terms) (limen.Standing, error) {
	s, _, err := start(ctx, c, t)
	if err != nil {
		return limen.Standing{}, err
	}
	return s, nil
}

// start is Start. If a daemon that could be asked cannot be replaced, its
// standing is returned beside the error.
func start(ctx context.Context, c Config, t Terms) (s limen.Standing, come *Coming, err error) {
	h := c.newHost()
	if _, err := h.DaemonSocket(); err != nil {
		return s, nil, placeless("start the daemon", err)
	}
	m, err := meet(ctx, h, devotion)
	if err != nil {
		return s, nil, err
	}
	if m == nil {
		s, m, err = launchOrMeet(ctx, c, h, t)
		if err != nil {
			return s, nil, err
		}
		if m == nil {
			s.Note = "the daemon is started"
			return s, &Coming{PID: s.Process.PID}, nil
		}
	}
	defer m.client.Close()
	if !m.seesTheSame() {
		return s, nil, &limen.Error{Kind: limen.Busy, What: "cannot start the daemon", Why: "one runs already, and " + m.difference(), Next: m.remedy()}
	}
	if s, err = op.Standing.On(ctx, m.client, op.StandingIn{}); err != nil {
		return limen.Standing{}, nil, err
	}
	isOther := m.difference() != ""
	why := m.reason(h, s)
	if why == "" {
		s.Note = "the daemon runs already"
		return s, nil, nil
	}
	before := s
	switch s, err = replace(ctx, m); {
	case err != nil && isOther:
		return limen.Standing{}, nil, err
	case err != nil:
		return before, nil, err
	}
	s.Note = fmt.Sprintf("the daemon (pid %d) is replaced: %s", before.Process.PID, why)
	return s, &Coming{PID: s.Process.PID, Instead: why}, nil
}

// reason says why a daemon that stands like that is to be replaced. It is empty
// if it is not.
func (m *meeting) reason(h *host.Host, s limen.Standing) string {
	switch {
	case m.difference() != "":
		return m.difference()
	case m.isOutdated(h):
		return "its settings have changed"
	case couldEnter(s.Doors):
		return "its usual ports can be had now"
	}
	return ""
}

// launchOrMeet starts a daemon, or meets the one that another limen has started
// in this moment. Where the last one is just ending, it waits for that.
func launchOrMeet(ctx context.Context, c Config, h *host.Host, t Terms) (limen.Standing, *meeting, error) {
	ctx, stop := context.WithTimeout(ctx, starting)
	defer stop()
	for pause := look; ; pause *= 2 {
		s, err := launch(ctx, c, h, t)
		if !errors.Is(err, limen.Busy) {
			return s, nil, err
		}
		if m, e := meet(ctx, h, devotion); e == nil && m != nil {
			return s, m, nil
		}
		select {
		case <-ctx.Done():
			return s, nil, err
		case <-time.After(pause):
		}
	}
}

// replace has a daemon replaced by this program.
func replace(ctx context.Context, m *meeting) (limen.Standing, error) {
	self, err := os.Executable()
	if err != nil {
		return limen.Standing{}, err
	}
	return op.Succeed.On(ctx, m.client, op.SucceedIn{Executable: self})
}

// couldEnter reports whether one of the doors stands in for a usual port without
// a reason.
func couldEnter(doors []limen.Door) bool {
	for _, d := range doors {
		isUsual := func(e limen.Door) bool { return e.Endpoint.Port() == d.Usual }
		if d.Why == "" && d.Grant != limen.GrantManager && !slices.ContainsFunc(doors, isUsual) {
			return true
		}
	}
	return false
}

// launch starts a daemon in the background.
func launch(ctx context.Context, c Config, h *host.Host, t Terms) (limen.Standing, error) {
	self, err := os.Executable()
	if err != nil {
		return limen.Standing{}, err
	}
	said, out, err := os.Pipe()
	if err != nil {
		return limen.Standing{}, err
	}
	defer said.Close()
	nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return limen.Standing{}, errors.Join(err, out.Close())
	}
	defer nowhere.Close()
	log := openLog(h)
	if log == nil {
		log = nowhere
	} else {
		defer log.Close()
	}
	p, err := os.StartProcess(self, t.arguments(self), &os.ProcAttr{
		Dir: root(self), Env: append(c.environ(), reportKey+"=1"), Files: []*os.File{nowhere, out, log}, Sys: detached,
	})
	out.Close() // the child has its own
	if err != nil {
		return limen.Standing{}, err
	}
	go p.Wait() // until it ends, or this limen does
	s, err := heard(ctx, json.NewDecoder(said), said)
	if err != nil {
		_ = p.Signal(os.Interrupt) // has ended, mostly
		return s, withLog(err, h)
	}
	return s, nil
}

// arguments is the command line of a daemon.
func (t Terms) arguments(program string) []string {
	all := []string{program, "daemon", "run"}
	if t.Nameless {
		all = append(all, "--no-names")
	}
	return all
}

// root is where a daemon works, so that it holds up no directory, and is of no
// project.
func root(program string) string {
	return filepath.VolumeName(program) + string(filepath.Separator)
}

// heard waits for a daemon to report that it is ready, or why it will not be.
func heard(ctx context.Context, from *json.Decoder, said *os.File) (limen.Standing, error) {
	ctx, stop := context.WithTimeout(ctx, starting)
	defer stop()
	defer context.AfterFunc(ctx, func() { said.Close() })()
	var w word
	err := from.Decode(&w)
	switch {
	case err == nil && w.Ready != nil:
		return *w.Ready, nil
	case err == nil && w.Failed != nil:
		return limen.Standing{}, w.Failed
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it does not answer within %v", starting)
	case ctx.Err() != nil:
		return limen.Standing{}, ctx.Err()
	case errors.Is(err, io.EOF), err == nil:
		err = errors.New("it has ended at once, and did not say why")
	}
	return limen.Standing{}, &limen.Error{Kind: limen.Internal, What: "cannot start the daemon", Why: err.Error(), Next: "limen daemon run says more"}
}
