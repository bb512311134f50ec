package resolve

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A Responder answers questions about the names that limen knows, and about no
// others: it asks nobody itself, and answers nobody beyond this machine.
type Responder struct {
	packets *net.UDPConn
	streams *net.TCPListener
}

// The ports that a responder takes, the first that is free.
const (
	FirstPort  = 53535
	portsTried = 32
)

// Open opens a responder at the first port of 127.0.0.1 that is free for UDP and
// TCP, beginning with FirstPort. The caller closes it, or has it serve.
func Open(ctx context.Context) (*Responder, error) {
	var failed error
	for port := uint16(FirstPort); port < FirstPort+portsTried; port++ {
		r, err := OpenAt(ctx, port)
		if err == nil {
			return r, nil
		}
		failed = err
	}
	return nil, &limen.Error{
		Kind: limen.Busy, What: fmt.Sprintf("cannot answer questions of DNS at ports %d to %d", FirstPort, FirstPort+portsTried-1),
		Why: failed.Error(), Next: fmt.Sprintf("limen why %d", FirstPort),
	}
}

// OpenAt is Open for one port.
func OpenAt(ctx context.Context, port uint16) (*Responder, error) {
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	packets, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	streams, err := new(net.ListenConfig).Listen(ctx, "tcp4", at.String())
	if err != nil {
		return nil, errors.Join(err, packets.Close())
	}
	return &Responder{packets, streams.(*net.TCPListener)}, nil
}

// At is where it is asked.
func (r *Responder) At() netip.AddrPort { return r.packets.LocalAddr().(*net.UDPAddr).AddrPort() }

// Close closes a responder that does not serve.
func (r *Responder) Close() error { return errors.Join(r.packets.Close(), r.streams.Close()) }

// Serve answers until ctx ends, and closes the responder. The zone is asked for
// at each question, by several goroutines.
func (r *Responder) Serve(ctx context.Context, zone func() Zone) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(ctx, func() { r.Close() })()
	failed := make(chan error, 2)
	var both sync.WaitGroup
	both.Go(func() { failed <- r.servePackets(zone); stop() })
	both.Go(func() { failed <- r.serveStreams(ctx, zone); stop() })
	both.Wait()
	r.Close()
	for range 2 {
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
	return nil
}

// mostQuestion is longer than any question that has an answer: a name of 255
// octets, and what EDNS adds.
const mostQuestion = 4096

// mostFailures in a row mean that the socket itself is of no use.
const mostFailures = 1000

func (r *Responder) servePackets(zone func() Zone) error {
	buffer := make([]byte, mostQuestion)
	for failures := 0; ; {
		n, from, err := r.packets.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) || failures == mostFailures {
			return err
		}
		if err != nil { // it is about the packet before, whose sender is gone (ICMP, on some systems)
			failures++
			continue
		}
		failures = 0
		if !from.Addr().Unmap().IsLoopback() {
			continue
		}
		if b := zone().reply(buffer[:n], true); b != nil {
			r.packets.WriteToUDPAddrPort(b, from) // who does not get it asks again
		}
	}
}

// The bounds of what clients may take over TCP.
const (
	mostStreams = 32
	idle        = 10 * time.Second // RFC 7766, section 6.2.3: of the order of seconds
	breath      = 50 * time.Millisecond
)

func (r *Responder) serveStreams(ctx context.Context, zone func() Zone) error {
	var all sync.WaitGroup
	defer all.Wait()
	free := make(chan struct{}, mostStreams)
	for {
		c, err := r.streams.Accept()
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil { // no descriptor is left, and one may be soon
			select {
			case <-ctx.Done():
				return net.ErrClosed
			case <-time.After(breath):
				continue
			}
		}
		select {
		case free <- struct{}{}:
		default:
			c.Close()
			continue
		}
		all.Go(func() {
			defer func() { <-free }()
			defer context.AfterFunc(ctx, func() { c.Close() })()
			defer c.Close()
			converse(c, zone)
		})
	}
}

// converse answers the questions of one connection, each with its length before
// it (RFC 1035, section 4.2.2).
func converse(c net.Conn, zone func() Zone) {
	buffer := make([]byte, mostQuestion)
	silence := time.AfterFunc(idle, func() { c.Close() })
	defer silence.Stop()
	for {
		silence.Reset(idle)
		if _, err := io.ReadFull(c, buffer[:2]); err != nil {
			return
		}
		n := binary.BigEndian.Uint16(buffer)
		if n > mostQuestion {
			return
		}
		if _, err := io.ReadFull(c, buffer[:n]); err != nil {
			return
		}
		b := zone().reply(buffer[:n], false)
		if b == nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)); err != nil {
			return
		}
	}
}
