//go:build unix

package bind

import (
	"net"
	"net/netip"
	"strconv"
	"testing"

	"github.com/limenhq/limen"
)

func TestAPlaceholderKeepsThePortAndLetsAServerHaveIt(t *testing.T) {
	l, port := hold(t, "127.0.0.1:0")
	l.Close()
	held, err := Hold(port)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Usual {
		if b, err := Try(limen.TCP, a, port); err == nil && b.Free {
			t.Errorf("%v: free to whoever does not ask for reuse", a)
		}
	}
	// net.Listen asks for it, as servers do.
	for _, host := range []string{"127.0.0.1", ""} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
		if err != nil {
			t.Errorf("a server at %q: %v", host, err)
			continue
		}
		l.Close()
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := Try(limen.TCP, netip.IPv4Unspecified(), port); err != nil || !b.Free {
		t.Errorf("afterwards: %+v, %v; want it free", b, err)
	}
}

func TestAPlaceholderIsRefusedWhereAServerListens(t *testing.T) {
	_, port := hold(t, "127.0.0.1:0")
	if p, err := Hold(port); err == nil {
		p.Close()
		t.Error("it got a port that is taken")
	}
}
