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
