package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/wire"
)

// A silence is the error of a daemon that is there, and answers nothing.
type silence struct {
	socket string
	pid    int // 0 where the kernel does not say
	said   limen.Error
}

func (s *silence) Error() string { return s.said.Error() }
func (s *silence) Unwrap() error { return &s.said }

// silent says who does not answer at a socket.
func silent(ctx context.Context, socket string) error {
	s := &silence{socket: socket, said: limen.Error{Kind: limen.Busy, What: "cannot ask the daemon", Why: "the daemon gives no sign of life", Next: "limen daemon stop"}}
	if who, err := wire.Answerer(ctx, socket); err == nil && who.PID > 0 {
		s.pid = who.PID
		s.said.Why = fmt.Sprintf("the daemon (pid %d) gives no sign of life", s.pid)
	}
	return s
}

// yielding is how long a daemon that answers nothing has to end when it is told
// to, unless somebody says otherwise.
const yielding = 10 * time.Second

// end ends a daemon that answers nothing: it is told to end, and if it does not
// even do that, it is killed.
func (s *silence) end(ctx context.Context, h *host.Host, grace time.Duration) (limen.Standing, error) {
	standing, err := h.Standing(ctx, stillAsked)
	if err != nil {
		return standing, err
	}
	p, err := s.find(ctx)
	if err != nil {
		return standing, err
	}
	defer p.Release()
	for _, way := range []struct {
		do    func(*os.Process) error
		grace time.Duration
		note  string
	}{
		{askToEnd, grace, "the daemon (pid %d), which answered nothing, has ended"},
		{(*os.Process).Kill, yielding, "the daemon (pid %d), which answered nothing, is killed"},
	} {
		if err := way.do(p); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return standing, s.notEnded(err.Error())
		}
		if isGone, err := s.isGone(ctx, way.grace); isGone || err != nil {
			standing.Note = fmt.Sprintf(way.note, s.pid)
			return standing, err
		}
	}
	return standing, s.notEnded("it was killed, and the system does not let it end")
}

// find takes hold of the process, if it is the daemon of a limen. It is looked at
// while it is held, so that its number cannot become another's.
func (s *silence) find(ctx context.Context) (*os.Process, error) {
	if s.pid == 0 {
		return nil, s.notEnded("it gives no sign of life, and the system does not say which process it is")
	}
	p, err := os.FindProcess(s.pid)
	if err != nil {
		return nil, s.notEnded(err.Error())
	}
	who, err := wire.Answerer(ctx, s.socket)
	if err == nil && who.PID == s.pid && isDaemon(s.pid) {
		return p, nil
	}
	p.Release()
	return nil, s.notEnded(fmt.Sprintf("pid %d has its socket, and is no daemon of this limen here", s.pid))
}

func (s *silence) notEnded(why string) error {
	return &limen.Error{Kind: limen.Busy, What: "cannot stop the daemon", Why: why, Next: "end it by hand, if it is a limen"}
}

// isDaemon reports whether a process is a daemon of this program, by its command
// line, in the network of this process as far as procfs lets see that: the links
// of one that has capabilities are not for its user (ptrace(2), "Ptrace access
// mode checking").
func isDaemon(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return false
	}
	words := strings.Split(string(line), "\x00")
	self, err := os.Executable()
	if err != nil || len(words) < 3 || filepath.Base(words[0]) != filepath.Base(self) || words[1] != "daemon" || words[2] != "run" {
		return false
	}
	here, err := os.Stat("/proc/self/ns/net")
	there, bad := os.Stat(fmt.Sprintf("/proc/%d/ns/net", pid))
	return err != nil || bad != nil || os.SameFile(here, there)
}

// isGone waits until another process or none is at the socket, but no longer than
// grace.
func (s *silence) isGone(ctx context.Context, grace time.Duration) (bool, error) {
	limit := time.After(grace)
	for {
		if who, err := wire.Answerer(ctx, s.socket); errors.Is(err, wire.ErrNobody) || err == nil && who.PID != s.pid {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-limit:
			return false, nil
		case <-time.After(look):
		}
	}
}
