package bind

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/limenhq/limen"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// hold listens on a port of the system's choice and returns it.
func hold(t *testing.T, address string) (net.Listener, uint16) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, netip.MustParseAddrPort(l.Addr().String()).Port()
}

func TestTryRefusesAPortThatIsListenedOn(t *testing.T) {
	_, port := hold(t, "127.0.0.1:0")
	b, err := Try(limen.TCP, loopback, port)
	if err != nil {
		t.Fatal(err)
	}
	if b.Free || b.Reuse || b.Error == "" {
		t.Errorf("a port with a listener gave %+v; want neither free nor reusable, with the system's word for it", b)
	}
	wild, err := Try(limen.TCP, netip.IPv4Unspecified(), port)
	if err != nil || wild.Free {
		t.Errorf("the wildcard over a listener gave %+v, %v; want it taken", wild, err)
	}
}

func TestTryLeavesAFreePortFree(t *testing.T) {
	l, port := hold(t, "127.0.0.1:0")
	l.Close()
	for range 3 {
		b, err := Try(limen.TCP, loopback, port)
		if err != nil || !b.Free || !b.Reuse || b.Error != "" {
			t.Fatalf("a free port gave %+v, %v", b, err)
		}
	}
	if _, err := net.Listen("tcp", netip.AddrPortFrom(loopback, port).String()); err != nil {
		t.Errorf("after three tries nobody can listen: %v", err)
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

func TestTryOfAForeignAddressSaysNothingAboutThePort(t *testing.T) {
	// 192.0.2.0/24 is for documentation (RFC 5737), but a test machine may
	// carry its first addresses all the same.
	_, err := Try(limen.TCP, netip.MustParseAddr("192.0.2.254"), 3000)
	if !errors.Is(err, ErrNoAddress) {
		t.Errorf("Try at an address of nobody: %v; want ErrNoAddress", err)
	}
}

func TestTryOfUDPDoesNotBelieveReuse(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := Try(limen.UDP, loopback, netip.MustParseAddrPort(c.LocalAddr().String()).Port())
	if err != nil || b.Free || b.Reuse {
		t.Errorf("a UDP port in use gave %+v, %v; want neither free nor reusable", b, err)
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
