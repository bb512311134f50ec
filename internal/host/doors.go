package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
)

// Where a folder is served when nobody says otherwise. 8008 is IANA's "HTTP
// Alternate" that needs no rights; 8443 is what people take for HTTPS.
const (
	servePort  = 8008
	secretPort = 8443
	mostNext   = 100 // ports after the usual one that are tried
)

// doors are the sockets at which a folder is served.
type doors struct {
	listeners []net.Listener
	ports     []uint16 // the usual one first
	notices   []limen.Notice
	isWide    bool // open to the network
}

// Close closes them. Who is to be served through them is not yet there.
func (d *doors) Close() {
	for _, l := range d.listeners {
		l.Close() // nobody has connected who could be told
	}
}

// openDoors listens where a question wants a folder served.
func (h *Host) openDoors(ctx context.Context, in op.ServeIn) (*doors, error) {
	d := &doors{isWide: in.LAN}
	err := h.openDoor(ctx, d, in.Port, servePort)
	if err == nil && in.HTTPS {
		err = h.openDoor(ctx, d, 0, secretPort)
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// openDoor listens at one port: at the wanted one, or else at the usual one or
// the next after it that is free.
func (h *Host) openDoor(ctx context.Context, d *doors, wanted, usual uint16) error {
	if wanted != 0 {
		who, err := h.listenAt(ctx, d, wanted)
		if err == nil && who != "" {
			return &limen.Error{
				Kind: limen.Busy, What: fmt.Sprintf("cannot serve at port %d", wanted), Why: who,
				Next: fmt.Sprintf("limen free %d, or leave --port out for the next free one", wanted),
			}
		}
		if keptFor, isBlocked := registry.BlockedByBrowsers(wanted); err == nil && isBlocked {
			d.notices = append(d.notices, limen.Notice{
				What: fmt.Sprintf("no browser opens port %d", wanted), Why: fmt.Sprintf("they keep it for %s (Fetch Standard, bad ports)", keptFor), Next: "leave --port out",
			})
		}
		return err
	}
	for port := usual; port < usual+mostNext; port++ {
		who, err := h.listenAt(ctx, d, port)
		if err != nil {
			return err
		}
		if who == "" {
			return nil
		}
		if port == usual {
			d.notices = append(d.notices, limen.Notice{What: fmt.Sprintf("port %d is taken, so this is served at another", port), Why: who, Next: fmt.Sprintf("limen why %d", port)})
		}
	}
	return &limen.Error{
		Kind: limen.Busy, What: fmt.Sprintf("cannot serve at any port from %d to %d", usual, usual+mostNext-1), Why: "all are taken", Next: "limen list",
	}
}

// listenAt listens at a port, or says in words who has it. That a bind succeeds
// proves little: on some systems SO_REUSEADDR lets a server come before another
// one that waits at every address.
func (h *Host) listenAt(ctx context.Context, d *doors, port uint16) (who string, err error) {
	plain, _, err := h.tryUsual(limen.TCP, port)
	if err != nil {
		return "", err
	}
	if !plain {
		if who, err = h.holderOf(ctx, port); who != "" || err != nil {
			return who, err
		}
	}
	var got []net.Listener
	var last error
	for _, a := range doorsteps(d.isWide) {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(a, strconv.Itoa(int(port))))
		switch {
		case err == nil:
			got = append(got, l)
		case errors.Is(err, syscall.EADDRINUSE):
			for _, l := range got {
				l.Close() // it was open for a moment only
			}
			return unnamed, nil
		default:
			last = err // a machine without IPv6 is served at the other address
		}
	}
	if len(got) == 0 {
		return "", cannotListen(port, last)
	}
	d.listeners, d.ports = append(d.listeners, got...), append(d.ports, port)
	return "", nil
}

// doorsteps are the addresses to listen at: both loopback ones, because
// localhost is either, or all that the machine has, which net opens at once for
// both families.
func doorsteps(isWide bool) []string {
	if isWide {
		return []string{""}
	}
	return []string{"127.0.0.1", "::1"}
}

func cannotListen(port uint16, err error) error {
	e := &limen.Error{What: fmt.Sprintf("cannot serve at port %d", port), Why: err.Error(), Next: fmt.Sprintf("limen why %d", port)}
	if errors.Is(err, fs.ErrPermission) {
		e.Kind, e.Why = limen.Denied, "low ports take rights that you do not have"
		e.Next = "leave --port out for 8008"
	}
	return e
}

// holderOf says in words who listens at a port: what it is, of which project,
// and since when.
func (h *Host) holderOf(ctx context.Context, port uint16) (string, error) {
	snap, err := h.List(ctx, op.ListIn{Query: limen.Query{Transport: limen.TCP, Ports: []limen.PortRange{{From: port, To: port}}}})
	if err != nil {
		return "", err
	}
	if len(snap.Listeners) == 0 {
		return "", nil
	}
	at := slices.IndexFunc(snap.Listeners, func(l limen.Listener) bool { return len(l.Owners) > 0 })
	if at < 0 {
		return unnamed, nil
	}
	p := snap.Listeners[at].Owners[0].Process
	who := fmt.Sprintf("%s (pid %d)", limen.Unmistakable(p.Name), p.PID)
	if p.Project != nil {
		who += " of " + limen.Unmistakable(p.Project.Name)
	}
	who += " has it"
	if age := snap.Time.Sub(p.Started); !p.Started.IsZero() && age > 0 {
		who += ", and has run for " + roughly(age)
	}
	return who, nil
}

// unnamed is who holds a port when nobody may look.
const unnamed = "somebody has it who cannot be named"

// roughly is how long something is, in its largest unit.
func roughly(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(d / u.of); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return strconv.Itoa(n) + " " + u.name + "s"
		}
	}
	return "a moment"
}
