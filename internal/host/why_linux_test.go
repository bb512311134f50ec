package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

func why(t *testing.T, in op.WhyIn) limen.Verdict {
	t.Helper()
	nettest.NeedPrivate(t)
	v, err := New(Config{}).Why(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// blocking returns the kinds of what keeps a port from being had.
func blocking(v limen.Verdict) (kinds []limen.CauseKind) {
	for _, c := range v.Causes {
		if c.Blocks {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

func TestWhyNamesTheCauseThatIsReallyThere(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Bind(t, "tcp", "127.0.0.1:3001")
	nettest.Connect(t, "tcp", "127.0.0.1:3005")
	nettest.TimeWait(t, "127.0.0.1:3006")
	nettest.Listen(t, "udp", "127.0.0.1:3007")
	for _, tt := range []struct {
		in   op.WhyIn
		want []limen.CauseKind
	}{
		{op.WhyIn{Port: 3000}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3000, NoTry: true}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3001}, []limen.CauseKind{limen.CauseBound}},
		{op.WhyIn{Port: 3005}, []limen.CauseKind{limen.CauseOutgoing}},
		{op.WhyIn{Port: 3006}, []limen.CauseKind{limen.CauseTimeWait}},
		{op.WhyIn{Port: 3007, Transport: limen.UDP}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3007}, nil},
		{op.WhyIn{Port: 3008}, nil},
	} {
		v := why(t, tt.in)
		if diff := cmp.Diff(tt.want, blocking(v)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.in, diff)
		}
		if v.Free != (len(tt.want) == 0) {
			t.Errorf("%+v: free is %v", tt.in, v.Free)
		}
		if tt.in.NoTry == v.Tried {
			t.Errorf("%+v: tried is %v, with binds %v", tt.in, v.Tried, v.Binds)
		}
		if v.Number == nil || v.Number.Port != tt.in.Port {
			t.Errorf("%+v: the verdict does not say what the number is for", tt.in)
		}
	}
}

// tells reports whether a verdict has a cause of a kind.
func tells(v limen.Verdict, kind limen.CauseKind) bool {
	return slices.ContainsFunc(v.Causes, func(c limen.Cause) bool { return c.Kind == kind })
}

// What bears on a port without keeping a server from it, and what it says.
func TestWhyWarnsOfWhatIsReallyThere(t *testing.T) {
	nettest.Enter(t)
	nettest.Namespace(t).Do(func() {
		nettest.Program{Name: "web", Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3002"}}}.Start(t)
	})
	rule(t, "ip_local_port_range", "32768 60999")
	rule(t, "ip_local_reserved_ports", "40000")
	for port, want := range map[uint16]limen.CauseKind{
		3002:  limen.CauseNamespace,
		6000:  limen.CauseBrowser,
		40000: limen.CauseReserved,
		40001: limen.CauseEphemeral,
	} {
		v := why(t, op.WhyIn{Port: port})
		// The machine's own other namespaces may have more to tell.
		if !tells(v, want) || !v.Free {
			t.Errorf("port %d: free is %v, causes %+v; want it free, and %s", port, v.Free, v.Causes, want)
		}
	}
}

// rule sets a rule of the test's own network.
func rule(t *testing.T, name, value string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0); err != nil {
		nettest.Skip(t, "needs to set rules of its network: "+err.Error())
	}
}

func TestWhyTellsTwoServersOfOnePortApart(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "0.0.0.0:3000", "reuseport")
	nettest.Listen(t, "tcp", "127.0.0.1:3001")
	nettest.Program{Name: "vite", Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000", ReusePort: true},
		{Kind: nettest.Listening, Network: "tcp", Addr: "[::1]:3001"}}}.Start(t)
	for port, want := range map[uint16]limen.CauseKind{3000: limen.CauseShadowed, 3001: limen.CauseFamily} {
		v := why(t, op.WhyIn{Port: port})
		if !tells(v, want) || len(blocking(v)) != 2 {
			t.Errorf("port %d: causes %+v; want two listeners, and %s", port, v.Causes, want)
		}
	}
}

func TestWhyOfAnAddressIsAboutThatAddress(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.8:3000")
	nettest.TimeWait(t, "127.0.0.8:3001")
	for _, tt := range []struct {
		address string
		port    uint16
		free    bool
	}{
		{"127.0.0.8", 3000, false},
		{"127.0.0.9", 3000, true},
		{"::ffff:127.0.0.8", 3000, false},
		{"::ffff:127.0.0.9", 3000, true},
		{"127.0.0.8", 3001, false},
		{"127.0.0.9", 3001, true},
	} {
		for _, noTry := range []bool{false, true} {
			a := netip.MustParseAddr(tt.address)
			v := why(t, op.WhyIn{Port: tt.port, Address: a, NoTry: noTry})
			if v.Free != tt.free {
				t.Errorf("%s port %d, not tried %v: free is %v, causes %+v", a, tt.port, noTry, v.Free, v.Causes)
			}
			if !noTry && (len(v.Binds) != 1 || v.Binds[0].Address != a.Unmap()) {
				t.Errorf("%s port %d: binds %+v; want that one", a, tt.port, v.Binds)
			}
			if v.Free && v.Next != "" {
				t.Errorf("%s port %d is free, and the next move is %q", a, tt.port, v.Next)
			}
		}
	}
}

// Servers print where they are, and that is what people paste.
func TestAUsualAddressStandsForThePort(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.8:3000")
	for _, a := range bind.Usual {
		v := why(t, op.WhyIn{Port: 3000, Address: a})
		if v.Free || len(v.Binds) < 2 {
			t.Errorf("%s: free is %v, binds %+v; want all tried", a, v.Free, v.Binds)
		}
	}
}

func TestAnAddressOfAnotherMachineIsNotFound(t *testing.T) {
	nettest.NeedPrivate(t)
	_, err := New(Config{}).Why(t.Context(), op.WhyIn{Port: 3000, Address: netip.MustParseAddr("192.0.2.1")})
	if !errors.Is(err, limen.NotFound) {
		t.Errorf("an address that nobody here has: %v; want NotFound", err)
	}
}

// A machine without IPv6 lacks nothing that could be seen there.
func TestWithoutIPv6NothingIsMissing(t *testing.T) {
	nettest.Enter(t)
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/all/disable_ipv6", []byte("1"), 0); err != nil {
		nettest.Skip(t, "needs to switch IPv6 off: "+err.Error())
	}
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	h := New(Config{})
	h.rules.Root = t.TempDir() // where nothing but the hosts file is
	if err := os.Mkdir(filepath.Join(h.rules.Root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, h.rules.Root, "etc/hosts", "::1 localhost\n127.0.0.1 localhost\n")
	for _, port := range []uint16{3000, 3001} {
		v, err := h.Why(t.Context(), op.WhyIn{Port: port})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range v.Gaps {
			if strings.Contains(g.What, "bound") {
				t.Errorf("port %d: a gap for %s: %s", port, g.What, g.Why)
			}
		}
		for _, c := range v.Causes {
			if c.Kind == limen.CauseFamily {
				t.Errorf("port %d: %s", port, c.What)
			}
		}
	}
}

func TestAFullBacklogIsSaid(t *testing.T) {
	nettest.Enter(t)
	l := nettest.Listen(t, "tcp", "127.0.0.1:3000", "backlog=1")
	for range 2 { // the kernel lets one more wait than the backlog says
		c, err := net.Dial("tcp", l.Local.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	v := why(t, op.WhyIn{Port: 3000})
	if len(v.Causes) == 0 || !strings.Contains(v.Causes[0].What, "backlog of 1 is full") {
		t.Errorf("causes %+v", v.Causes)
	}
}

func TestPortZeroIsRefused(t *testing.T) {
	_, err := New(Config{}).Why(t.Context(), op.WhyIn{})
	if !errors.Is(err, limen.Invalid) {
		t.Errorf("port 0: %v; want Invalid", err)
	}
	_, err = New(Config{}).Number(t.Context(), op.NumberIn{})
	if !errors.Is(err, limen.Invalid) {
		t.Errorf("no number at all: %v; want Invalid", err)
	}
}

// Each of them binds the port for a moment, and would meet another's bind.
func TestManyWhoAskAtOnceAllHearThatTheyAreAlone(t *testing.T) {
	nettest.NeedPrivate(t)
	const askers = 40
	verdicts := make([]limen.Verdict, askers)
	errs := make([]error, askers)
	var wg sync.WaitGroup
	h := New(Config{})
	for i := range askers {
		wg.Go(func() { verdicts[i], errs[i] = h.Why(context.Background(), op.WhyIn{Port: 3000}) })
	}
	wg.Wait()
	for i, v := range verdicts {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if !v.Free {
			t.Errorf("asker %d hears that the port is not free: %s", i, v.Causes[0].What)
		}
	}
}

// flap binds and closes the port 3000 all the time until the test ends, the
// n-th time at at(n). It returns how often it was refused.
func flap(t *testing.T, at func(n int) netip.Addr) (refused func() int) {
	t.Helper()
	var count atomic.Int64
	var wg sync.WaitGroup
	end, begun := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-end:
				return
			default:
			}
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Error(err)
				return
			}
			if unix.Bind(fd, &unix.SockaddrInet4{Port: 3000, Addr: at(n).As4()}) != nil {
				count.Add(1)
			}
			unix.Close(fd)
			if n == 0 {
				close(begun)
			}
		}
	})
	t.Cleanup(func() {
		close(end)
		wg.Wait()
	})
	<-begun
	return func() int { return int(count.Load()) }
}

func TestAPortThatChangesHandsIsNoRiddle(t *testing.T) {
	nettest.NeedPrivate(t)
	flap(t, func(int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	for range 20 {
		v := why(t, op.WhyIn{Port: 3000})
		if tells(v, limen.CauseUnknown) || tells(v, limen.CauseKernel) {
			t.Fatalf("causes %+v", v.Causes)
		}
		if v.Free != (len(blocking(v)) == 0) {
			t.Fatalf("free is %v, and %v block", v.Free, blocking(v))
		}
	}
}

// Every bind is at another address: who looks into a process can hold a socket
// that it closes for a moment longer (fput of fs/file_table.c), and a bind at
// the same address would meet that one.
func TestToLookIsToBindNothing(t *testing.T) {
	nettest.NeedPrivate(t)
	refused := flap(t, func(n int) netip.Addr { return netip.AddrFrom4([4]byte{127, 1, byte(n >> 8), byte(n)}) })
	for range 20 {
		if v := why(t, op.WhyIn{Port: 3000, NoTry: true}); v.Tried || len(v.Binds) > 0 {
			t.Fatalf("binds %v", v.Binds)
		}
	}
	if n := refused(); n > 0 {
		t.Errorf("another program was refused its port %d times", n)
	}
}

func TestASystemThatCannotBeReadIsUnsupported(t *testing.T) {
	err := readError("cannot list", fmt.Errorf("netlink: %w", errors.ErrUnsupported))
	if !errors.Is(err, limen.Unsupported) {
		t.Errorf("%v; want Unsupported", err)
	}
	broken := errors.New("broken")
	if err := readError("cannot list", broken); !errors.Is(err, broken) || errors.Is(err, limen.Unsupported) {
		t.Errorf("%v; want what broke, and not that the system is unsupported", err)
	}
}
