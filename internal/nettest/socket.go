package nettest

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A Kind is what becomes of a socket.
type Kind string

const (
	Listening Kind = "listen"   // TCP that listens, UDP that is open to anyone
	Bound     Kind = "bound"    // bound, and nothing else
	Connected Kind = "outgoing" // connected, from the local address, to a peer in the same process
	TimeWaits Kind = "timewait" // closed first of the two, and so remembered by the kernel alone
)

// A Spec says which socket is wanted.
type Spec struct {
	Kind      Kind
	Network   string // "tcp" or "udp"; the family is that of the address
	Addr      string // "127.0.0.1:3000", "[::]:3000", "[::ffff:127.0.0.1]:3000"; port 0 is any
	V6Only    bool   // IPV6_V6ONLY; without it, a wildcard [::] also answers on IPv4
	ReusePort bool   // SO_REUSEPORT
	ReuseAddr bool   // SO_REUSEADDR, as most servers set
	Backlog   int    // of a listening one; 0 means 128
}

// With returns s with options as a person writes them: "v6only", "reuseport",
// "reuseaddr", "backlog=5".
func (s Spec) With(options ...string) (Spec, error) {
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		var err error
		switch name {
		case "v6only":
			s.V6Only = true
		case "reuseport":
			s.ReusePort = true
		case "reuseaddr":
			s.ReuseAddr = true
		case "backlog":
			s.Backlog, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("%q is no option of a socket; use v6only, reuseport, reuseaddr or backlog=N", o)
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// A Socket is a real socket that the test itself holds.
type Socket struct {
	Local netip.AddrPort
	Peer  netip.AddrPort // of a connected one

	files []*os.File // its own descriptor first; those of its peer follow
}

// File returns the socket's descriptor. It belongs to the socket.
func (s *Socket) File() *os.File { return s.files[0] }

// Close closes the socket, and its peer if that is the test's. It may be
// called more than once.
func (s *Socket) Close() {
	for _, f := range s.files {
		f.Close()
	}
}

// Listen holds a listening TCP or open UDP socket until the test ends.
func Listen(t testing.TB, network, addr string, options ...string) *Socket {
	t.Helper()
	return open(t, Spec{Kind: Listening, Network: network, Addr: addr}, options)
}

// Bind holds a socket until the test ends that is bound and never listens.
func Bind(t testing.TB, network, addr string, options ...string) *Socket {
	t.Helper()
	return open(t, Spec{Kind: Bound, Network: network, Addr: addr}, options)
}

// Connect holds a connected pair of sockets until the test ends. The one it
// returns has the local address.
func Connect(t testing.TB, network, local string, options ...string) *Socket {
	t.Helper()
	return open(t, Spec{Kind: Connected, Network: network, Addr: local}, options)
}

// TimeWait leaves a connection behind that the kernel remembers, in TIME_WAIT
// at the local address, as a server does that closes before its client. It
// returns that address. What is remembered keeps the server's SO_REUSEADDR:
// only with the option "reuseaddr" can a next server that sets it have the
// address at once.
func TimeWait(t testing.TB, local string, options ...string) netip.AddrPort {
	t.Helper()
	return open(t, Spec{Kind: TimeWaits, Network: "tcp", Addr: local}, options).Local
}

func open(t testing.TB, s Spec, options []string) *Socket {
	t.Helper()
	needSockets(t, s)
	s, err := s.With(options...)
	if err != nil {
		t.Fatal(err)
	}
	held, err := s.open()
	if err != nil {
		t.Fatalf("cannot %s %s %s: %v", s.Kind, s.Network, s.Addr, err)
	}
	t.Cleanup(held.Close)
	return held
}
