package probe

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestWhoAnswersNoStrangerIsGuessedAndSentNothing(t *testing.T) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for program, want := range map[string]string{"wireguard-go": "wireguard", "dhcpd": "dhcp"} {
		s, err := Identify(t.Context(), Target{
			Endpoint: limen.Endpoint{Transport: limen.UDP, Addr: conn.LocalAddr().(*net.UDPAddr).AddrPort()},
			Owners:   []limen.Owner{{Process: limen.Process{Name: program, Command: []string{program}}}},
		})
		if err != nil || s.Protocol != want || s.Confidence != limen.Guessed {
			t.Errorf("%s: %+v, %v; want a guess", program, s, err)
		}
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := conn.ReadFromUDP(make([]byte, 100)); err == nil {
		t.Errorf("it was sent %d bytes", n)
	}
}
