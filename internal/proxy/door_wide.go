package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"github.com/limenhq/limen"
)

// A Wide is one port at each address that this machine has in its networks,
// beside the doors at its loopback addresses. Which those are changes while it is
// open, so it is one listener, and Follow has it listen at those that there are.
type Wide struct {
	port    uint16
	came    chan arrival
	closed  chan struct{}
	running sync.WaitGroup // one for each address

	mu sync.Mutex                  // guards what follows
	at map[netip.Addr]net.Listener // nil when it is closed
}

// An arrival is what one of the listeners has accepted.
type arrival struct {
	conn net.Conn
	err  error
}

// NewWide returns a port that is open nowhere until Follow. The caller closes it.
func NewWide(port uint16) *Wide {
	return &Wide{port: port, came: make(chan arrival), closed: make(chan struct{}), at: map[netip.Addr]net.Listener{}}
}

// Follow opens the port where this machine has an address by now, and closes it
// where it has none any more. The error says that it is not open somewhere, or
// nowhere at all.
func (w *Wide) Follow(ctx context.Context) error {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	now := networked(all)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == nil {
		return net.ErrClosed
	}
	for a, l := range w.at {
		if !slices.Contains(now, a) {
			l.Close() // nobody has connected who could be told
			delete(w.at, a)
		}
	}
	for _, a := range now {
		if w.at[a] != nil {
			continue
		}
		l, e := (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(a, w.port).String())
		if e != nil {
			err = cmp.Or(err, e)
			continue
		}
		w.at[a] = l
		w.running.Go(func() { w.accept(l) })
	}
	if len(w.at) > 0 && err == nil {
		return nil
	}
	why := "this machine has no address in any network"
	if err != nil {
		why = err.Error()
	}
	return &limen.Error{
		Kind: limen.Denied, What: fmt.Sprintf("cannot answer the network at port %d", w.port), Why: why, Next: fmt.Sprintf("limen why %d", w.port),
	}
}

// IsOpen reports whether the port is open anywhere.
func (w *Wide) IsOpen() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.at) > 0
}

// networked are the addresses that others can ask for. One that is only an address
// with its interface is in no URL.
func networked(all []net.Addr) (at []netip.Addr) {
	for _, a := range all {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && !p.Addr().IsLoopback() && !p.Addr().IsLinkLocalUnicast() {
			at = append(at, p.Addr())
		}
	}
	return at
}

// accept hands over what comes at one address, until that is closed.
func (w *Wide) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		select {
		case w.came <- arrival{c, err}:
		case <-w.closed:
			if c != nil {
				c.Close() // nobody takes it any more
			}
			return
		}
	}
}

// Accept returns the next connection that comes at any of the addresses.
func (w *Wide) Accept() (net.Conn, error) {
	select {
	case a := <-w.came:
		return a.conn, a.err
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close closes the port everywhere, and returns when nothing of it is left.
func (w *Wide) Close() error {
	w.mu.Lock()
	at := w.at
	w.at = nil
	w.mu.Unlock()
	if at == nil {
		return net.ErrClosed
	}
	close(w.closed)
	var errs []error
	for _, l := range at {
		errs = append(errs, l.Close())
	}
	w.running.Wait()
	return errors.Join(errs...)
}

// Addr is the port at no address in particular.
func (w *Wide) Addr() net.Addr { return wideAddr(w.port) }

type wideAddr uint16

func (wideAddr) Network() string  { return "tcp" }
func (a wideAddr) String() string { return net.JoinHostPort("", strconv.Itoa(int(a))) }
