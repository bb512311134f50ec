package scan

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }

var (
	loopback4 = netip.MustParseAddr("127.0.0.1")
	loopback6 = netip.IPv6Loopback()
)

// all are all ports.
func all() []uint16 {
	var ports []uint16
	for p := 1; p <= 65535; p++ {
		ports = append(ports, uint16(p))
	}
	return ports
}

// open are the ports that a result calls open.
func open(ports []uint16, r Result) (found []uint16) {
	for i, s := range r.States {
		if s == Open {
			found = append(found, ports[i])
		}
	}
	return found
}

func count(r Result) map[State]int {
	n := map[State]int{}
	for _, s := range r.States {
		n[s]++
	}
	return n
}

func TestAllPortsAreAskedAndNoneIsFoundThatIsNotThere(t *testing.T) {
	nettest.NeedPrivate(t)
	for _, a := range []netip.Addr{loopback4, loopback6, netip.MustParseAddr("127.113.7.1")} {
		t.Run(a.String(), func(t *testing.T) {
			var want []uint16
			for port := uint16(1030); len(want) < 60; port += 1071 {
				l, err := net.Listen("tcp", netip.AddrPortFrom(a, port).String())
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				want = append(want, port)
			}
			rounds := 10
			if testing.Short() {
				rounds = 1
			}
			for range rounds {
				ports := all()
				r := (Scanner{}).Scan(t.Context(), a, ports)
				if got := open(ports, r); !slices.Equal(got, want) || r.Why != nil {
					t.Fatalf("open %v, %v; want %v", got, r.Why, want)
				}
				if n := count(r); n[Open]+n[Refused] != 65535 {
					t.Fatalf("counted %v", n)
				}
			}
		})
	}
}

func TestAFewDescriptorsAreEnough(t *testing.T) {
	nettest.NeedPrivate(t)
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	few := was
	few.Cur = 40
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &was)
	deaf := deafListener(t, "127.0.0.1:3001")
	var ports []uint16
	for p := uint16(2900); p < 3100; p++ {
		ports = append(ports, p)
	}
	r := (Scanner{}).Scan(t.Context(), loopback4, ports)
	n := count(r)
	if n[Silent] != 1 || n[Refused] != len(ports)-1 || r.Why != nil {
		t.Errorf("counted %v, %v; want %v silent and the others refused", n, r.Why, deaf)
	}
}

// deafListener listens and takes nothing: its queue is full from the start.
func deafListener(t *testing.T, at string) netip.AddrPort {
	t.Helper()
	a := netip.MustParseAddrPort(at)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: a.Addr().As4(), Port: int(a.Port())}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at) // the one that has room
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return a
}

func TestAFullQueueIsSilent(t *testing.T) {
	nettest.NeedPrivate(t)
	a := deafListener(t, "127.0.0.1:3001")
	r := (Scanner{}).Scan(t.Context(), loopback4, []uint16{3000, a.Port(), 3002})
	if !slices.Equal(r.States, []State{Refused, Silent, Refused}) {
		t.Errorf("states %v", r.States)
	}
}

func TestNobodyIsFoundByAskingFromTheSamePort(t *testing.T) {
	nettest.NeedPrivate(t)
	// Only two ports may be picked for our own end, so that it is often the
	// one that is asked.
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", []byte("40000 40001"), 0o644); err != nil {
		nettest.Skip(t, "needs to set the range of automatic ports: "+err.Error())
	}
	for _, a := range []netip.Addr{loopback4, loopback6} {
		for range 200 {
			r := (Scanner{}).Scan(t.Context(), a, []uint16{40000, 40001})
			if n := count(r); n[Refused] != 2 {
				t.Fatalf("%v: %v, %v; want both refused", a, r.States, r.Why)
			}
		}
	}
}

func TestWhatWasNotAskedIsUnknown(t *testing.T) {
	nettest.NeedPrivate(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := (Scanner{}).Scan(ctx, loopback4, all())
	if n := count(r); n[Unknown] == 0 || r.Why == nil || n[Unknown]+n[Refused] != 65535 {
		t.Errorf("counted %v, %v", n, r.Why)
	}
	r = (Scanner{Patience: 50 * time.Millisecond}).Scan(t.Context(), netip.MustParseAddr("192.0.2.1"), []uint16{80})
	if n := count(r); n[Unknown] != 1 || r.Why == nil { // a private network has no way there
		t.Errorf("counted %v, %v", n, r.Why)
	}
}

func TestAScanLeavesNothingBehind(t *testing.T) {
	nettest.NeedPrivate(t)
	l, err := net.Listen("tcp", "127.0.0.1:3000")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	before := descriptors(t)
	for range 20 {
		(Scanner{}).Scan(t.Context(), loopback4, []uint16{2999, 3000, 3001})
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// BenchmarkScanLoopback asks all ports of 127.0.0.1, of which sixty listen.
func BenchmarkScanLoopback(b *testing.B) {
	nettest.NeedPrivate(b)
	for i := range 60 {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(1030+i*1071))
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
	}
	ports := all()
	for b.Loop() {
		if n := count((Scanner{}).Scan(b.Context(), loopback4, ports)); n[Open] != 60 {
			b.Fatalf("counted %v", n)
		}
	}
}
