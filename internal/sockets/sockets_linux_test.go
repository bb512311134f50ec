package sockets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A sight is what matters of a socket where numbers differ from run to run.
type sight struct {
	Local    string
	State    limen.State
	Families string
	Device   string
}

func sights(socks []Socket) (all []sight) {
	for _, s := range socks {
		all = append(all, sight{s.Local.String(), s.State, strings.Trim(fmt.Sprint(s.Families), "[]"), s.Device})
	}
	return all
}

// read reads the sockets that are meant by way of one source.
func read(t *testing.T, source func(context.Context, Reader, Want) ([]Socket, []limen.Gap, error), w Want) []Socket {
	t.Helper()
	socks, gaps, err := source(t.Context(), Reader{}, w)
	if err != nil {
		t.Fatal(err)
	}
	if len(gaps) > 0 {
		t.Errorf("gaps where there should be none: %+v", gaps)
	}
	return tidy(socks, w)
}

// waiting holds a socket of each kind that waits, and of each that does not. It
// can be called again where a connection of an earlier call is remembered.
func waiting(t *testing.T) {
	t.Helper()
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Listen(t, "tcp", "[::]:3001")
	nettest.Listen(t, "tcp", "[::]:3002", "v6only")
	nettest.Listen(t, "tcp", "0.0.0.0:3003")
	nettest.Listen(t, "tcp", "[::]:3003", "v6only")
	nettest.Listen(t, "tcp", "127.0.0.1:3004")
	nettest.Listen(t, "tcp", "127.0.0.2:3004")
	nettest.Listen(t, "tcp", "127.0.0.1:3005", "reuseport")
	nettest.Listen(t, "tcp", "127.0.0.1:3005", "reuseport")
	nettest.Listen(t, "udp", "127.0.0.1:3000")
	nettest.Listen(t, "udp", "[::]:3006")
	nettest.Listen(t, "udp", "[::1]:3007")
	nettest.Listen(t, "tcp", "[::ffff:127.0.0.1]:3008")
	nettest.Bind(t, "tcp", "127.0.0.1:4000")
	nettest.Connect(t, "tcp", "127.0.0.1:4001", "reuseaddr")
	nettest.Connect(t, "udp", "127.0.0.1:4002")
	nettest.TimeWait(t, "127.0.0.1:4003", "reuseaddr")
}

func TestReadListsExactlyWhatWaits(t *testing.T) {
	nettest.Enter(t)
	waiting(t)
	socks, gaps, err := Reader{}.Read(t.Context(), Want{})
	if err != nil || len(gaps) > 0 {
		t.Fatalf("Read: %v, gaps %v", err, gaps)
	}
	want := []sight{
		{"tcp/127.0.0.1:3000", limen.Listening, "ipv4", ""},
		{"udp/127.0.0.1:3000", limen.Open, "ipv4", ""},
		{"tcp/[::]:3001", limen.Listening, "ipv4 ipv6", ""},
		{"tcp/[::]:3002", limen.Listening, "ipv6", ""},
		{"tcp/0.0.0.0:3003", limen.Listening, "ipv4", ""},
		{"tcp/[::]:3003", limen.Listening, "ipv6", ""},
		{"tcp/127.0.0.1:3004", limen.Listening, "ipv4", ""},
		{"tcp/127.0.0.2:3004", limen.Listening, "ipv4", ""},
		{"tcp/127.0.0.1:3005", limen.Listening, "ipv4", ""},
		{"tcp/127.0.0.1:3005", limen.Listening, "ipv4", ""},
		{"udp/[::]:3006", limen.Open, "ipv4 ipv6", ""},
		{"udp/[::1]:3007", limen.Open, "ipv6", ""},
		{"tcp/[::ffff:127.0.0.1]:3008", limen.Listening, "ipv4", ""},
		// The peer of the connected UDP socket takes datagrams from anyone.
	}
	got := slices.DeleteFunc(sights(socks), func(s sight) bool {
		return strings.HasPrefix(s.Local, "udp/127.0.0.1:") && s.Local != "udp/127.0.0.1:3000"
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what waits (-want +got):\n%s", diff)
	}
	here := networkNamespace(Reader{})
	for _, s := range socks {
		if s.Namespace != here || s.Number == 0 || s.UID != uint32(os.Geteuid()) || s.Peer.IsValid() {
			t.Errorf("%v: %+v", s.Local, s)
		}
	}
}

func TestReadKnowsTheBacklog(t *testing.T) {
	nettest.Enter(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000", "backlog=7")
	client := dial(t, held.Local)
	defer unix.Close(client)
	socks, _, err := Reader{}.Read(t.Context(), Want{Port: 3000})
	if err != nil || len(socks) != 1 {
		t.Fatalf("Read: %+v, %v", socks, err)
	}
	if diff := cmp.Diff(&limen.Backlog{Used: 1, Max: 7}, socks[0].Backlog); diff != "" {
		t.Errorf("backlog (-want +got):\n%s", diff)
	}
}

// dial connects to an IPv4 listener, which need not accept for that.
func dial(t *testing.T, to netip.AddrPort) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestConnectionsAreWhateverElseHoldsAPort(t *testing.T) {
	nettest.Enter(t)
	nettest.Bind(t, "tcp", "127.0.0.1:4000")
	out := nettest.Connect(t, "tcp", "127.0.0.1:4001", "reuseaddr")
	datagrams := nettest.Connect(t, "udp", "127.0.0.1:4002")
	nettest.TimeWait(t, "127.0.0.1:4003", "reuseaddr")
	for port, want := range map[uint16]struct {
		state limen.State
		peer  netip.AddrPort
	}{
		4000: {limen.Bound, netip.AddrPort{}},
		4001: {limen.Established, out.Peer},
		4002: {limen.Established, datagrams.Peer},
	} {
		socks, _, err := Reader{}.Read(t.Context(), Want{Port: port, Connections: true})
		if err != nil || len(socks) != 1 || socks[0].State != want.state || socks[0].Peer != want.peer {
			t.Errorf("port %d: %+v, %v; want %v", port, socks, err, want)
		}
	}
	socks, _, err := Reader{}.Read(t.Context(), Want{Port: 4003, Connections: true})
	if err != nil || len(socks) != 1 {
		t.Fatalf("port 4003: %+v, %v", socks, err)
	}
	// TCP_TIMEWAIT_LEN of include/net/tcp.h is a minute.
	if s := socks[0]; s.State != limen.TimeWait || s.Number != 0 || s.Remaining <= 0 || s.Remaining > time.Minute+time.Second {
		t.Errorf("TIME_WAIT is %+v", s)
	}
}

func TestReadNamesTheDeviceAndTheZone(t *testing.T) {
	nettest.Enter(t)
	addr := nettest.Address(t, "fe80::77/64")
	name, index := interfaceOf(t, addr)
	bindTo(t, unix.AF_INET6, &unix.SockaddrInet6{Port: 5000, Addr: addr.As16(), ZoneId: index}, "")
	bindTo(t, unix.AF_INET6, &unix.SockaddrInet6{Port: 5001}, "lo")
	bindTo(t, unix.AF_INET, &unix.SockaddrInet4{Port: 5002}, name)
	socks, _, err := Reader{}.Read(t.Context(), Want{})
	if err != nil {
		t.Fatal(err)
	}
	want := []sight{
		{"udp/[fe80::77%" + name + "]:5000", limen.Open, "ipv6", ""},
		{"udp/[::]:5001", limen.Open, "ipv4 ipv6", "lo"},
		{"udp/0.0.0.0:5002", limen.Open, "ipv4", name},
	}
	if diff := cmp.Diff(want, sights(socks)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// interfaceOf returns the interface that has the address.
func interfaceOf(t *testing.T, a netip.Addr) (name string, index uint32) {
	t.Helper()
	up, err := Reader{}.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range up {
		if slices.Contains(i.Addresses, a) {
			n, err := net.InterfaceByName(i.Name)
			if err != nil {
				t.Fatal(err)
			}
			return i.Name, uint32(n.Index)
		}
	}
	t.Fatalf("no interface has %v", a)
	return "", 0
}

// bindTo binds a UDP socket, tied to a device if one is named.
func bindTo(t *testing.T, family int, to unix.Sockaddr, device string) {
	t.Helper()
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if family == unix.AF_INET6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0)
	}
	if err == nil && device != "" {
		err = unix.BindToDevice(fd, device)
	}
	if err == nil {
		err = unix.Bind(fd, to)
	}
	if err != nil {
		t.Fatalf("%+v on %q: %v", to, device, err)
	}
}

func TestReadAndFindHoldersStopWithTheirContext(t *testing.T) {
	nettest.Listen(t, "tcp", "127.0.0.1:0")
	socks, _, err := Reader{}.Read(t.Context(), Want{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (Reader{}).Read(ctx, Want{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Read gave %v", err)
	}
	gaps := Reader{}.FindHolders(ctx, socks)
	if len(gaps) != 1 || gaps[0].Next != "ask again" || socks[0].Absence != Hidden {
		t.Errorf("FindHolders gave %+v, and %+v", gaps, socks[0])
	}
	if _, gaps := (Reader{}).ReadElsewhere(ctx, Want{}); len(gaps) > 1 {
		t.Errorf("ReadElsewhere gave %+v", gaps)
	}
}

func TestNoSourceAnswersForAMissingProcfs(t *testing.T) {
	if socks, _, err := readProcNet(t.Context(), Reader{Proc: t.TempDir()}, Want{}); err == nil {
		t.Errorf("an empty directory was read as %v", socks)
	}
}

func TestFiveThousandSocketsAreAllListedWithTheirHolder(t *testing.T) {
	nettest.Enter(t)
	const many = 5000
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); limit.Cur < many+200 {
		nettest.Skip(t, fmt.Sprintf("needs %d descriptors", many+200))
	}
	for i := range many {
		nettest.Listen(t, "udp", fmt.Sprintf("127.0.%d.%d:3000", i/250, i%250+1))
	}
	socks, gaps, err := Reader{}.Read(t.Context(), Want{})
	if err != nil || len(gaps) > 0 || len(socks) != many {
		t.Fatalf("%d sockets, gaps %v, %v; want %d", len(socks), gaps, err, many)
	}
	Reader{}.FindHolders(t.Context(), socks)
	for i, s := range socks {
		if i > 0 && s.Local == socks[i-1].Local {
			t.Errorf("%v is listed twice", s.Local)
		}
		if len(s.Holders) != 1 || s.Holders[0].PID != os.Getpid() {
			t.Fatalf("%v is held by %v", s.Local, s.Holders)
		}
	}
}

func TestReadingLeavesNothingBehind(t *testing.T) {
	nettest.Listen(t, "tcp", "127.0.0.1:0")
	look := func() {
		socks, _, err := Reader{}.Read(t.Context(), Want{Connections: true})
		if err != nil {
			t.Fatal(err)
		}
		Reader{}.FindHolders(t.Context(), socks)
		Reader{}.ReadElsewhere(t.Context(), Want{})
	}
	look() // what Go itself opens once stays open
	before := descriptors(t)
	for range 3 {
		look()
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors were open, and now %d", before, after)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}
