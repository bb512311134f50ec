//go:build !linux

package scan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// usualMost is how many connections may wait for an answer at once.
const usualMost = 128

// ask asks each port once, and writes down what came of it.
func (s Scanner) ask(ctx context.Context, a netip.Addr, ports []uint16, states []State) error {
	most := usualMost
	if s.Most > 0 {
		most = s.Most
	}
	var (
		mu  sync.Mutex // guards why
		why error
		wg  sync.WaitGroup
	)
	next := make(chan int)
	for range min(most, len(ports)) {
		wg.Go(func() {
			for i := range next {
				state, err := s.one(ctx, netip.AddrPortFrom(a, ports[i]))
				states[i] = state
				if err != nil {
					mu.Lock()
					why = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range ports {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(why, ctx.Err())
}

func (s Scanner) one(ctx context.Context, at netip.AddrPort) (State, error) {
	d := net.Dialer{Timeout: s.Patience}
	conn, err := d.DialContext(ctx, "tcp", at.String())
	switch {
	case err == nil:
		defer conn.Close()
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0) // where it cannot be set, a TIME_WAIT is left
		}
		if conn.LocalAddr().String() == conn.RemoteAddr().String() {
			return Refused, nil // to ourselves: nobody listens
		}
		return Open, nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused, nil
	case ctx.Err() != nil:
		return Unknown, nil
	case os.IsTimeout(err):
		return Silent, nil
	}
	return Unknown, err
}
