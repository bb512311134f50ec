package host

import (
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/sockets"
)

// connected has a program connect to a listener of ours, and returns both ends
// of the connection and the program's number.
func connected(t *testing.T, network, at string) (client, here netip.AddrPort, pid int) {
	t.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	to := l.Addr().(*net.TCPAddr).AddrPort()
	cmd := exec.Command(nettest.Need(t, "python3"), "-c", "import socket, sys, time\nc = socket.create_connection((sys.argv[1], int(sys.argv[2])))\ntime.sleep(600)", to.Addr().String(), strconv.Itoa(int(to.Port())))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.RemoteAddr().(*net.TCPAddr).AddrPort(), c.LocalAddr().(*net.TCPAddr).AddrPort(), cmd.Process.Pid
}

func TestWhoAskedIsKnownByItsConnection(t *testing.T) {
	nettest.NeedPrivate(t)
	w := &whois{host: New(Config{}), patience: time.Minute}
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		client, here, pid := connected(t, "tcp", at)
		for _, when := range []string{"at first", "once more"} {
			if p := w.initiator(t.Context(), client, here); p == nil || p.PID != pid || p.Name != "python3" && p.Birth == 0 {
				t.Errorf("%s, %s: %+v; want pid %d", at, when, p, pid)
			}
		}
		if p := w.initiator(t.Context(), client, netip.AddrPortFrom(here.Addr(), here.Port()+1)); p != nil {
			t.Errorf("%s: %+v has a connection that is not there", at, p)
		}
	}
	if p := w.initiator(t.Context(), netip.MustParseAddrPort("192.0.2.1:4000"), netip.MustParseAddrPort("192.0.2.2:80")); p != nil {
		t.Errorf("another machine's is %+v", p)
	}
}

func TestWhoHasEndedWhenItIsFoundKeepsItsName(t *testing.T) {
	w := &whois{host: New(Config{})}
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	gone := sockets.Initiator{ProcessID: limen.ProcessID{PID: cmd.Process.Pid, Birth: 1}, Name: "true"}
	if p := w.describe(t.Context(), gone); p == nil || p.ProcessID != gone.ProcessID || p.Name != "true" {
		t.Errorf("%+v", p)
	}
	gone.Name = ""
	if p := w.describe(t.Context(), gone); p != nil {
		t.Errorf("%+v has no name", p)
	}
}

func BenchmarkInitiator(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	w := &whois{host: New(Config{})}
	client, here := c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
	for b.Loop() {
		if w.initiator(b.Context(), client, here) == nil {
			b.Fatal("not found")
		}
	}
}
