package sockets

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// between returns both ends of a new connection of this process.
func between(t testing.TB, listen, dial string) (client, here netip.AddrPort) {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", net.JoinHostPort(dial, strconv.Itoa(l.Addr().(*net.TCPAddr).Port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return c.LocalAddr().(*net.TCPAddr).AddrPort(), s.LocalAddr().(*net.TCPAddr).AddrPort()
}

// mapped connects over IPv4 with a socket of IPv6 (RFC 3493, section 3.7).
func mapped(t *testing.T) (client, here netip.AddrPort) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	here = l.Addr().(*net.TCPAddr).AddrPort()
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Connect(fd, &unix.SockaddrInet6{Port: int(here.Port()), Addr: netip.AddrFrom4(here.Addr().As4()).As16()}); err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.RemoteAddr().(*net.TCPAddr).AddrPort(), here
}

func TestTheInitiatorOfAConnectionIsFoundByBothItsAddresses(t *testing.T) {
	nettest.Enter(t)
	me := idOfPID(t, os.Getpid())
	for name, connect := range map[string]func() (client, here netip.AddrPort){
		"IPv4":   func() (netip.AddrPort, netip.AddrPort) { return between(t, "127.0.0.1:0", "127.0.0.1") },
		"IPv6":   func() (netip.AddrPort, netip.AddrPort) { return between(t, "[::1]:0", "::1") },
		"both":   func() (netip.AddrPort, netip.AddrPort) { return between(t, "[::]:0", "127.0.0.1") },
		"mapped": func() (netip.AddrPort, netip.AddrPort) { return mapped(t) },
	} {
		client, here := connect()
		if s, err := askEnd(endQuestion{client, here}); err != nil || s.Number == 0 || s.UID != uint32(os.Getuid()) {
			t.Errorf("%s: the kernel says %+v, %v", name, s, err)
		}
		for _, likely := range [][]limen.ProcessID{nil, {me}, {{PID: 1}}} {
			if got, ok := (Reader{}).FindInitiator(t.Context(), client, here, Likely{Processes: likely}); !ok || got.ProcessID != me || got.Name == "" {
				t.Errorf("%s, perhaps from %v: %+v, %v; want %v", name, likely, got, ok, me)
			}
		}
		byTable, err := readEndAmongAll(t.Context(), Reader{}, endQuestion{client, here})
		if exact, _ := askEnd(endQuestion{client, here}); err != nil || byTable.Number != exact.Number || byTable.UID != exact.UID {
			t.Errorf("%s: %+v by the table, %v; %+v by itself", name, byTable, err, exact)
		}
		other := netip.AddrPortFrom(here.Addr(), here.Port()+1)
		if got, ok := (Reader{}).FindInitiator(t.Context(), client, other, Likely{}); ok {
			t.Errorf("%s: %+v has a connection that is not there", name, got)
		}
	}
}

// The kernel answers with a listener where there is no connection.
func TestAListenerAtTheAddressOfAClientThatIsGoneIsNotTheClient(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	at := netip.MustParseAddrPort("127.0.0.1:3000")
	if s, err := askEnd(endQuestion{at, netip.MustParseAddrPort("127.0.0.1:8080")}); !errors.Is(err, errNoEnd) {
		t.Errorf("%+v, %v", s, err)
	}
}

// handed has a program begun just now hold our end of a connection, too.
func handed(t testing.TB, c net.Conn) (pid int, client, here netip.AddrPort) {
	t.Helper()
	f, err := c.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	child := exec.Command("sleep", "600")
	child.ExtraFiles = []*os.File{f}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() })
	return child.Process.Pid, c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
}

func TestTheNewestOfThoseWhoHoldAConnectionHasInitiatedIt(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	c, err := net.Dial("tcp", "127.0.0.1:3000")
	if err != nil {
		t.Fatal(err)
	}
	pid, client, here := handed(t, c)
	want := idOfPID(t, pid)
	if got, ok := (Reader{}).FindInitiator(t.Context(), client, here, Likely{}); !ok || got.ProcessID != want || got.Name != "sleep" {
		t.Errorf("%+v, %v; want %v", got, ok, want)
	}
	c.Close()
	if got, ok := (Reader{}).FindInitiator(t.Context(), client, here, Likely{Processes: []limen.ProcessID{idOfPID(t, os.Getpid())}}); !ok || got.ProcessID != want {
		t.Errorf("%+v, %v; want %v, as the other has closed it", got, ok, want)
	}
}

// Who opens a connection mostly opens more: these need no other search.
func TestWhoWasFoundIsKnownByItsOtherConnections(t *testing.T) {
	nettest.Enter(t)
	client, here := between(t, "127.0.0.1:0", "127.0.0.1")
	more, there := between(t, "127.0.0.1:0", "127.0.0.1")
	found, ok := (Reader{}).FindInitiator(t.Context(), client, here, Likely{})
	other, err := askEnd(endQuestion{more, there})
	if !ok || err != nil || !slices.Contains(found.Sockets, other.Number) {
		t.Fatalf("%+v, %v, %v; want %d among them", found, ok, err, other.Number)
	}
	seen := &Initiator{ProcessID: limen.ProcessID{PID: 1, Birth: 1}}
	if got, ok := (Reader{}).FindInitiator(t.Context(), more, there, Likely{Holders: map[uint64]*Initiator{other.Number: seen}}); !ok || got.ProcessID != seen.ProcessID {
		t.Errorf("%+v, %v: somebody was looked for who was known", got, ok)
	}
}

func TestAnInitiatorIsFoundByWhatOneOfItsThreadsHolds(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	c, err := net.Dial("tcp", "127.0.0.1:3000")
	if err != nil {
		t.Fatal(err)
	}
	client, here := c.LocalAddr().(*net.TCPAddr).AddrPort(), c.RemoteAddr().(*net.TCPAddr).AddrPort()
	end, err := copyDescriptors()
	defer end()
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if got, ok := (Reader{}).FindInitiator(t.Context(), client, here, Likely{}); !ok || got.ProcessID != idOfPID(t, os.Getpid()) {
		t.Errorf("%+v, %v", got, ok)
	}
}

func BenchmarkFindInitiator(b *testing.B) {
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
	_, client, here := handed(b, c)
	for b.Loop() {
		if _, ok := (Reader{}).FindInitiator(b.Context(), client, here, Likely{}); !ok {
			b.Fatal("not found")
		}
	}
}
