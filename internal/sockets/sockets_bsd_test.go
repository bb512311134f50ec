//go:build darwin || freebsd

package sockets

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// me is this run of the test.
func me(t *testing.T) Holder {
	t.Helper()
	all, err := kinfos()
	if err != nil {
		t.Fatal(err)
	}
	k, ok := all[os.Getpid()]
	if !ok || k.uid != uint32(os.Geteuid()) {
		t.Fatalf("process %d of user %d is %+v", os.Getpid(), os.Geteuid(), k)
	}
	return Holder{limen.ProcessID{PID: os.Getpid(), Birth: k.birth}, limen.Proved}
}

// socketsAt reads the sockets with a local port, and finds their holders.
func socketsAt(t *testing.T, w Want) []Socket {
	t.Helper()
	socks, gaps, err := Reader{}.Read(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if gaps = append(gaps, Reader{}.FindHolders(t.Context(), socks)...); len(gaps) > 0 {
		t.Errorf("gaps in what this process itself holds: %v", gaps)
	}
	return socks
}

// bound listens and returns where.
func bound(t *testing.T, network, address string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return netip.MustParseAddrPort(l.Addr().String())
}

func TestReadListsWhatListens(t *testing.T) {
	for _, c := range []struct {
		network, address string
		families         []limen.Family
	}{
		{"tcp4", "127.0.0.1:0", onlyV4},
		{"tcp6", "[::1]:0", onlyV6},
		{"tcp4", "0.0.0.0:0", onlyV4},
		{"tcp6", "[::]:0", onlyV6},
		{"tcp", ":0", bothVersions},
	} {
		at := bound(t, c.network, c.address)
		got := socketsAt(t, Want{Transport: limen.TCP, Port: at.Port()})
		want := []Socket{{
			Local: limen.Endpoint{Transport: limen.TCP, Addr: at}, State: limen.Listening, Families: c.families,
			UID: uint32(os.Geteuid()), Holders: []Holder{me(t)},
		}}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Socket{}), cmpopts.IgnoreFields(Socket{}, "Number", "Backlog"),
			cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.network, c.address, diff)
		}
		for _, s := range got {
			if s.Number == 0 || s.Backlog == nil || s.Backlog.Max == 0 {
				t.Errorf("%s %s: %+v; want a number and a queue", c.network, c.address, s)
			}
		}
	}
}

func TestReadListsConnectionsOnlyWhenAsked(t *testing.T) {
	at := bound(t, "tcp4", "127.0.0.1:0")
	c, err := net.Dial("tcp4", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	local := netip.MustParseAddrPort(c.LocalAddr().String())
	if got := socketsAt(t, Want{Port: local.Port()}); len(got) != 0 {
		t.Errorf("%+v; want nothing that waits at %v", got, local)
	}
	got := socketsAt(t, Want{Port: local.Port(), Connections: true})
	if len(got) != 1 || got[0].State != limen.Established || got[0].Peer != at || !slices.Equal(got[0].Holders, []Holder{me(t)}) {
		t.Errorf("%+v; want the connection from %v to %v", got, local, at)
	}
}

func TestReadNamesWhoTakesDatagrams(t *testing.T) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	at := netip.MustParseAddrPort(c.LocalAddr().String())
	got := socketsAt(t, Want{Transport: limen.UDP, Port: at.Port()})
	if len(got) != 1 || got[0].State != limen.Open || got[0].Local.Addr != at || !slices.Equal(got[0].Holders, []Holder{me(t)}) {
		t.Errorf("%+v; want this process at %v", got, at)
	}
}
