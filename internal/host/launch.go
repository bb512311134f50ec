package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/hint"
	"github.com/limenhq/limen/internal/op"
)

// loopback is the address that programs are told to listen at: what a developer
// starts is for this machine, unless the command says otherwise.
const loopback = "127.0.0.1"

// Launch says how a program would be started, and leases its port. A port that
// is taken is replaced by another, and who has it is said.
func (h *Host) Launch(ctx context.Context, in op.RunIn) (limen.Launch, error) {
	if len(in.Arguments) == 0 || in.Arguments[0] == "" {
		return limen.Launch{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot run a program", Why: "none is named", Next: "limen run npm run dev",
		}
	}
	if !filepath.IsAbs(in.Directory) {
		return limen.Launch{}, &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot start a program in %q", in.Directory), Why: "it is no absolute directory",
		}
	}
	p := h.projectAt(in.Directory)
	l := limen.Launch{
		App: cmp.Or(in.Name, leaseName(p.Name)), Project: p.Root, Directory: in.Directory, Command: in.Arguments,
		Host: cmp.Or(in.Host, loopback),
	}
	command := hint.Command{Arguments: in.Arguments, Directory: in.Directory, Environment: h.environment(in)}
	if named := hint.For(command, 0, l.Host).Named; named != 0 && !in.Socket {
		l.Port, l.Named = named, true
		return l, h.noteTaken(ctx, &l, named)
	}
	if err := h.berth(ctx, in, &l); err != nil {
		return l, err
	}
	if in.Unhinted {
		return l, nil
	}
	given := hint.For(command, l.Port, l.Host)
	l.Command, l.Environment = given.Arguments, given.Environment
	l.Hint, l.Evidence, l.Why = given.Row, given.Evidence, given.Why
	return l, nil
}

// environment is what a program gets of the world, before it is told a port.
func (h *Host) environment(in op.RunIn) []string {
	if in.Environment != nil {
		return in.Environment
	}
	return h.environ()
}

// berth finds the port of a launch: the one that was asked for, or the one that
// is leased for this app, or another if somebody has it.
func (h *Host) berth(ctx context.Context, in op.RunIn, l *limen.Launch) error {
	if in.Port != 0 {
		if err := h.noteTaken(ctx, l, in.Port); err != nil {
			return err
		}
		if l.Wanted == 0 {
			l.Port = in.Port
			return nil
		}
	}
	picked, err := h.Pick(ctx, op.PickIn{Name: l.App, Directory: in.Directory})
	if errors.Is(err, limen.Denied) {
		l.Gaps = append(l.Gaps, limen.Gap{What: "the port that is kept for " + l.App, Why: err.Error(), Next: "limen run --port PORT chooses one"})
		l.Port, err = anyPort(ctx)
		return err
	}
	if err != nil {
		return err
	}
	l.Gaps = append(l.Gaps, picked.Gaps...)
	l.Port = picked.Leases[0].Port
	if l.Wanted != 0 {
		return nil
	}
	wanted := l.Port
	// The lease is this project's, so whoever listens there is, too, or Pick
	// would have given another; and so is whoever was told to in this moment.
	if err := h.noteTaken(ctx, l, wanted); err != nil {
		return err
	}
	if l.Wanted == 0 && !h.isTold(ctx, l, wanted) {
		return nil
	}
	if picked, err = h.Pick(ctx, op.PickIn{Directory: in.Directory}); err != nil {
		return err
	}
	l.Port = picked.Leases[0].Port
	return nil
}

// isTold reports whether an app that runs was told a port, even if it does not
// listen there yet.
func (h *Host) isTold(ctx context.Context, l *limen.Launch, port uint16) bool {
	now, err := h.Apps(ctx, op.AppsIn{})
	if err != nil {
		return false
	}
	for _, a := range now.Apps {
		if a.Told == port && (a.State.Lives() || a.State == limen.AppWaiting || a.State == limen.AppRestarting) {
			l.Wanted, l.Cause = port, fmt.Sprintf("limen (pid %d) has told it to %s", a.Runner.PID, limen.Unmistakable(a.Name))
			return true
		}
	}
	return false
}

// anyPort returns a port that is free in this moment, as the kernel gives it.
func anyPort(ctx context.Context) (uint16, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", loopback+":0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), l.Close()
}

// noteTaken says who has a port, if somebody has. Connections that were closed
// a moment ago, as by the last run of the same server, are nobody: servers set
// SO_REUSEADDR because of them.
func (h *Host) noteTaken(ctx context.Context, l *limen.Launch, port uint16) error {
	_, free, err := h.tryUsual(limen.TCP, port)
	if err != nil || free {
		return err
	}
	v, err := h.Why(ctx, op.WhyIn{Port: port, Transport: limen.TCP})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(v.Causes, func(c limen.Cause) bool { return c.Blocks })
	if at < 0 {
		return nil // it was let go meanwhile
	}
	l.Wanted, l.Cause = port, v.Causes[at].What
	for _, c := range v.Causes {
		if !c.Blocks {
			continue
		}
		for _, o := range c.Owners {
			l.Holders = append(l.Holders, o)
			if p := o.Process.Project; p != nil && p.Root == l.Project && c.Endpoint != nil {
				l.Running = fmt.Sprintf("localhost:%d", port)
			}
		}
	}
	return nil
}

// leaseName makes a name that a lease can have of what a project is called.
func leaseName(project string) string {
	name := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, project), "-.")
	return cmp.Or(name[:min(len(name), 64)], "app")
}
