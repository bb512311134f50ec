package nettest

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Package net is not used here: it would set SO_REUSEADDR, turn 0.0.0.0 into
// [::] and a mapped address into an IPv4 one, and the tests are about just
// these differences.

// openers open each kind of socket.
var openers = map[Kind]func(Spec, netip.AddrPort) (*Socket, error){
	Listening: openListening,
	Bound:     openBound,
	Connected: openConnected,
	TimeWaits: openTimeWait,
}

// needSockets skips the test if sockets of these kinds cannot be had here.
func needSockets(t testing.TB, specs ...Spec) {
	t.Helper()
	for _, s := range specs {
		if !strings.HasPrefix(s.Addr, "[") {
			continue
		}
		// Empty or missing if IPv6 is switched off, for good or for all interfaces.
		if b, err := os.ReadFile("/proc/thread-self/net/if_inet6"); err != nil || len(b) == 0 {
			Skip(t, "needs IPv6")
		}
	}
}

func (s Spec) open() (*Socket, error) {
	addr, err := netip.ParseAddrPort(s.Addr)
	if err != nil {
		return nil, err
	}
	opener, ok := openers[s.Kind]
	if !ok {
		return nil, fmt.Errorf("%q is no kind of socket", s.Kind)
	}
	return opener(s, addr)
}

func openBound(s Spec, addr netip.AddrPort) (*Socket, error) {
	f, err := s.socket(addr)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd(f), sockaddr(addr)); err != nil {
		f.Close()
		return nil, os.NewSyscallError("bind", err)
	}
	return &Socket{Local: localOf(f), files: []*os.File{f}}, nil
}

func openListening(s Spec, addr netip.AddrPort) (*Socket, error) {
	held, err := openBound(s, addr)
	if err != nil || s.Network == "udp" {
		return held, err
	}
	if err := listen(held, s.Backlog); err != nil {
		held.Close()
		return nil, err
	}
	return held, nil
}

func listen(s *Socket, backlog int) error {
	if backlog == 0 {
		backlog = 128
	}
	return os.NewSyscallError("listen", unix.Listen(fd(s.File()), backlog))
}

// openConnected connects to a peer on the same address, which holds the other
// end. A listener in between is closed again, so that the pair alone remains.
func openConnected(s Spec, local netip.AddrPort) (*Socket, error) {
	anyPort := netip.AddrPortFrom(local.Addr(), 0)
	if s.Network == "udp" {
		peer, err := openBound(Spec{Network: "udp"}, anyPort)
		if err != nil {
			return nil, err
		}
		return s.connect(local, peer.Local, func() (*os.File, error) { return peer.File(), nil })
	}
	peer, err := openListening(Spec{Network: s.Network}, anyPort)
	if err != nil {
		return nil, err
	}
	defer peer.Close()
	return s.connect(local, peer.Local, func() (*os.File, error) { return accept(peer) })
}

// connect connects from local to peer, whose end is then taken.
func (s Spec) connect(local, peer netip.AddrPort, takeEnd func() (*os.File, error)) (*Socket, error) {
	held, err := openBound(s, local)
	if err != nil {
		return nil, err
	}
	held.Peer = peer
	err = os.NewSyscallError("connect", unix.Connect(fd(held.File()), sockaddr(peer)))
	if err == nil {
		var end *os.File
		if end, err = takeEnd(); err == nil {
			held.files = append(held.files, end)
			return held, nil
		}
	}
	held.Close()
	return nil, err
}

// openTimeWait plays a server that closes first (RFC 9293, section 3.6): the
// side that does keeps the connection in TIME_WAIT.
func openTimeWait(s Spec, local netip.AddrPort) (*Socket, error) {
	server, err := openListening(s, local)
	if err != nil {
		return nil, err
	}
	client, err := Spec{Network: "tcp"}.socket(server.Local)
	if err != nil {
		server.Close()
		return nil, err
	}
	defer client.Close()
	err = os.NewSyscallError("connect", unix.Connect(fd(client), sockaddr(server.Local)))
	if err != nil {
		server.Close()
		return nil, err
	}
	accepted, err := accept(server)
	server.Close()
	if err != nil {
		return nil, err
	}
	accepted.Close()
	// End of file: the server's FIN is here. The client's own FIN then finds
	// the server in FIN_WAIT_2, and loopback delivers it within close(2).
	if _, err := unix.Read(fd(client), make([]byte, 1)); err != nil {
		return nil, os.NewSyscallError("read", err)
	}
	return &Socket{Local: server.Local}, nil
}

// socket makes a socket of the address's family, with the options set.
func (s Spec) socket(addr netip.AddrPort) (*os.File, error) {
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	switch s.Network {
	case "tcp":
	case "udp":
		kind = unix.SOCK_DGRAM
	default:
		return nil, fmt.Errorf("%q is no network; use tcp or udp", s.Network)
	}
	n, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(n), "socket")
	// Always said, because /proc/sys/net/ipv6/bindv6only changes the default.
	if family == unix.AF_INET6 {
		err = unix.SetsockoptInt(n, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, flag(s.V6Only))
	}
	if err == nil && s.ReusePort {
		err = unix.SetsockoptInt(n, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}
	if err == nil && s.ReuseAddr {
		err = unix.SetsockoptInt(n, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if err != nil {
		f.Close()
		return nil, os.NewSyscallError("setsockopt", err)
	}
	return f, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func accept(s *Socket) (*os.File, error) {
	n, _, err := unix.Accept4(fd(s.File()), unix.SOCK_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("accept", err)
	}
	return os.NewFile(uintptr(n), "accepted"), nil
}

// fd returns the descriptor of f, which is in blocking mode and stays so.
func fd(f *os.File) int { return int(f.Fd()) }

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// localOf asks where f was bound, for port 0 stands for any.
func localOf(f *os.File) netip.AddrPort {
	sa, err := unix.Getsockname(fd(f))
	if err != nil {
		return netip.AddrPort{}
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
