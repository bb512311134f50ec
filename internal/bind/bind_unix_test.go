//go:build unix

package bind

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

func TestTryOfTheWildcardCoversEveryAddress(t *testing.T) {
	_, port := hold(t, "127.0.0.1:0")
	wild, err := Try(limen.TCP, netip.IPv4Unspecified(), port)
	if err != nil || wild.Free {
		t.Errorf("the wildcard over a listener gave %+v, %v; want it taken", wild, err)
	}
}

func TestTryOfTheIPv6WildcardCoversIPv4(t *testing.T) {
	_, port := hold(t, "127.0.0.1:0")
	b, err := Try(limen.TCP, netip.IPv6Unspecified(), port)
	if errors.Is(err, ErrNoAddress) {
		t.Skip("this machine has no IPv6")
	}
	if err != nil || b.Free {
		t.Errorf("[::] over a listener on 127.0.0.1 gave %+v, %v; want it taken, as a dual-stack server would find it", b, err)
	}
}

// The port is in TIME_WAIT on the side that closes first.
func TestTryTellsTimeWaitFromAListener(t *testing.T) {
	l, port := hold(t, "127.0.0.1:0")
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	client.Read(make([]byte, 1)) // until the server's FIN is here
	client.Close()
	l.Close()
	b, err := Try(limen.TCP, loopback, port)
	if err != nil {
		t.Fatal(err)
	}
	if b.Free || !b.Reuse {
		t.Errorf("a port in TIME_WAIT gave %+v; want it taken, and free with SO_REUSEADDR", b)
	}
}

func TestTryWithoutASocketSaysNothingAboutThePort(t *testing.T) {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	none := was
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	b, err := Try(limen.TCP, loopback, 3000)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, errNoSocket) || errors.Is(err, ErrNoAddress) {
		t.Errorf("Try without a descriptor to spare gave %+v, %v; want an error that is not about the port", b, err)
	}
}
