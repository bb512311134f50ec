package bind

import (
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

func TestTryDoesNotTakeAPortAway(t *testing.T) {
	l, port := hold(t, "127.0.0.1:0")
	b, err := Try(limen.TCP, loopback, port)
	if err != nil || b.Free || b.Reuse {
		t.Fatalf("a port with a listener gave %+v, %v; want neither free nor reusable, whatever SO_REUSEADDR would do", b, err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatalf("nobody reaches the listener any more: %v", err)
	}
	c.Close()
}

func TestTrySaysARefusalInWordsOfNoLanguageButOurs(t *testing.T) {
	_, port := hold(t, "127.0.0.1:0")
	b, err := Try(limen.TCP, loopback, port)
	if err != nil || b.Error != refusals[windows.WSAEADDRINUSE] {
		t.Errorf("%+v, %v; want %q", b, err, refusals[windows.WSAEADDRINUSE])
	}
}

// The reference of bind has WSAEACCES here, and the table of
// SO_EXCLUSIVEADDRUSE has WSAEADDRINUSE. Either is said in words.
func TestTryIsRefusedByAnExclusiveSocket(t *testing.T) {
	const exclusive = ^4 // SO_EXCLUSIVEADDRUSE of winsock2.h: the complement of SO_REUSEADDR
	if err := startWinsock(); err != nil {
		t.Fatal(err)
	}
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.Closesocket(s)
	if err := windows.SetsockoptInt(s, windows.SOL_SOCKET, exclusive, 1); err != nil {
		t.Fatal(err)
	}
	if err := windows.Bind(s, &windows.SockaddrInet4{Addr: loopback.As4()}); err != nil {
		t.Fatal(err)
	}
	at, err := windows.Getsockname(s)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Try(limen.TCP, loopback, uint16(at.(*windows.SockaddrInet4).Port))
	if err != nil || b.Free || !strings.Contains(b.Error, "WSAEA") {
		t.Errorf("a port that is held exclusively gave %+v, %v; want it taken, with the reason", b, err)
	}
}

// A closed connection is in no plain bind's way here.
func TestTryGetsPastTimeWait(t *testing.T) {
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
	if b, err := Try(limen.TCP, loopback, port); err != nil || !b.Free {
		t.Errorf("a port in TIME_WAIT gave %+v, %v; want it free", b, err)
	}
}

func TestReadKnowsLocalhostWithoutTheHostsFile(t *testing.T) {
	r, _ := System{}.Read()
	if len(r.Localhost) == 0 || !r.Localhost[0].IsLoopback() {
		t.Errorf("localhost means %v; want a loopback address first", r.Localhost)
	}
	if r.Unprivileged != 0 || r.Ephemeral != (limen.PortRange{}) {
		t.Errorf("%+v; want no rule that nobody can know", r)
	}
}

func TestZoneIsANumberOrAName(t *testing.T) {
	if got := zoneID("12"); got != 12 {
		t.Errorf("zone 12 is %d", got)
	}
	if got := zoneID("no such interface"); got != 0 {
		t.Errorf("a zone of nobody is %d", got)
	}
}
