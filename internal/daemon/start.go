package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
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

// Ensure returns the daemon as a place, and starts it if none runs; started is
// then what it says of itself. One that is another limen is replaced. Where no
// daemon is wanted, the place is this process.
func Ensure(ctx context.Context, c Config) (p op.Place, done func() error, started *limen.Standing, err error) {
	if !c.isOff() {
		s, isNew, err := start(ctx, c, Terms{})
		if err != nil {
			return nil, nil, nil, err
		}
		if isNew {
			started = &s
		}
	}
	p, done, err = Connect(ctx, "", c)
	return p, done, started, err
}

// Start starts the daemon in the background, and returns when it answers. One
// that runs already stays, unless it is another limen, or could have better
// doors by now: then it is replaced, and no connection is dropped. The note of
// what is returned says which it was.
func Start(ctx context.Context, c Config, t Terms) (limen.Standing, error) {
	s, _, err := start(ctx, c, t)
	return s, err
}

func start(ctx context.Context, c Config, t Terms) (s limen.Standing, isNew bool, err error) {
	h := c.newHost()
	m, err := meet(ctx, h)
	if err != nil {
		return s, false, err
	}
	if m == nil {
		if s, m, err = launchOrMeet(ctx, c, h, t); m == nil {
			s.Note = "the daemon is started"
			return s, err == nil, err
		}
	}
	defer m.client.Close()
	if !m.seesTheSame() {
		return s, false, &limen.Error{Kind: limen.Busy, What: "cannot start the daemon", Why: "one runs already, and " + m.difference(), Next: "limen daemon stop"}
	}
	if s, err = op.Standing.On(ctx, m.client, op.StandingIn{}); err != nil {
		return s, false, err
	}
	why := m.difference()
	if why == "" && couldEnter(ctx, s.Doors) {
		why = "its usual ports can be had now"
	}
	if why == "" {
		s.Note = "the daemon runs already"
		return s, false, nil
	}
	before := s.Process.PID
	if s, err = replace(ctx, m); err != nil {
		return s, false, err
	}
	s.Note = fmt.Sprintf("the daemon (pid %d) is replaced: %s", before, why)
	return s, true, nil
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
		if m, e := meet(ctx, h); e == nil && m != nil {
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

// couldEnter reports whether a door that stands in for a usual port could be at
// that port by now, as when the system's setting has changed since.
func couldEnter(ctx context.Context, doors []limen.Door) bool {
	for _, d := range doors {
		if d.Why == "" || d.Endpoint.Port() == d.Usual {
			continue
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(d.Endpoint.Address().String(), strconv.Itoa(int(d.Usual))))
		if err == nil {
			l.Close() // it was only tried
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
	log := logFile(h)
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
	}
	return s, err
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

// logFile is where a daemon in the background says what nobody hears, such as
// why it has crashed. It is nil if there is no place for it.
func logFile(h *host.Host) *os.File {
	socket, err := h.DaemonSocket()
	if err != nil || os.MkdirAll(filepath.Dir(socket), 0o700) != nil {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(socket), "daemon.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return nil
	}
	return f
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

// Stop ends the daemon, and returns when it has ended.
func Stop(ctx context.Context, c Config) (limen.Standing, error) {
	h := c.newHost()
	m, err := meet(ctx, h)
	if err != nil {
		return limen.Standing{}, err
	}
	if m == nil {
		return limen.Standing{}, &limen.Error{Kind: limen.NotFound, What: "cannot stop the daemon", Why: "none runs", Next: "limen daemon status"}
	}
	defer m.client.Close()
	s, err := op.Retire.On(ctx, m.client, op.RetireIn{})
	if err != nil {
		return s, err
	}
	m.client.Close()
	limit := time.After(stopping)
	for {
		next, err := meet(ctx, h)
		if err == nil && next == nil {
			break
		}
		if next != nil {
			next.client.Close()
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-limit:
			return s, &limen.Error{Kind: limen.Busy, What: "cannot stop the daemon", Why: fmt.Sprintf("pid %d does not end", s.Process.PID), Next: "what it is asked may take long; limen daemon status"}
		case <-time.After(look):
		}
	}
	s.Note = fmt.Sprintf("the daemon (pid %d) has ended", s.Process.PID)
	s.Process, s.Usage, s.Doors, s.Names = nil, nil, nil, 0
	return s, nil
}

// Status says whether a daemon runs, and how it is.
func Status(ctx context.Context, c Config) (limen.Standing, error) {
	h := c.newHost()
	m, err := meet(ctx, h)
	if err != nil {
		return limen.Standing{}, err
	}
	if m == nil {
		s, err := h.Standing(ctx, op.StandingIn{})
		s.Service = c.service().file()
		return s, err
	}
	defer m.client.Close()
	s, err := op.Standing.On(ctx, m.client, op.StandingIn{})
	if why := m.difference(); err == nil && why != "" {
		s.Gaps = append(s.Gaps, limen.Gap{What: "commands do not ask this daemon", Why: why, Next: "limen daemon start"})
	}
	if c.isOff() {
		s.Gaps = append(s.Gaps, limen.Gap{What: "commands do not ask this daemon", Why: offKey + " is off"})
	}
	return s, err
}
