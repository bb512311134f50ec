package sockets

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// me is this run of the test.
func me(t *testing.T) limen.ProcessID {
	t.Helper()
	var birth, end, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(windows.CurrentProcess(), &birth, &end, &kernel, &user); err != nil {
		t.Fatal(err)
	}
	return limen.ProcessID{PID: os.Getpid(), Birth: uint64(birth.HighDateTime)<<32 | uint64(birth.LowDateTime)}
}

// socketsAt reads the sockets with a local port.
func socketsAt(t *testing.T, w Want) []Socket {
	t.Helper()
	socks, gaps, err := Reader{}.Read(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(gaps) // those of other programs' sockets among them
	if more := (Reader{}).FindHolders(t.Context(), socks); len(more) > 0 {
		t.Errorf("FindHolders: %v; want nothing left to find", more)
	}
	return socks
}

// listen listens and returns where.
func listen(t *testing.T, address string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return netip.MustParseAddrPort(l.Addr().String())
}

func TestReadListsWhatListens(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		at := listen(t, address)
		socks := socketsAt(t, Want{Transport: limen.TCP, Port: at.Port()})
		if len(socks) != 1 {
			t.Fatalf("%v: %v; want one socket", at, socks)
		}
		s := socks[0]
		if s.Local.Addr != at || s.State != limen.Listening || s.Peer.IsValid() || len(s.Families) != 1 {
			t.Errorf("%+v; want a listener at %v for one family", s, at)
		}
		// Wine's table names nobody for a listener, and says so by process 0;
		// a connection and a UDP socket have to do for it below.
		if want := (Holder{me(t), limen.Proved}); !slices.Equal(s.Holders, []Holder{want}) && s.Absence != Hidden {
			t.Errorf("%v is held by %v; want %v, or that nobody is named", at, s.Holders, want)
		}
	}
}

func TestReadNamesWhoHoldsAConnection(t *testing.T) {
	at := listen(t, "127.0.0.1:0")
	c, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	far := netip.MustParseAddrPort(c.LocalAddr().String())
	socks := socketsAt(t, Want{Port: far.Port(), Connections: true})
	if len(socks) != 1 || socks[0].State != limen.Established || socks[0].Local.Addr != far || socks[0].Peer != at {
		t.Fatalf("%+v; want the connection from %v to %v", socks, far, at)
	}
	if want := (Holder{me(t), limen.Proved}); !slices.Equal(socks[0].Holders, []Holder{want}) {
		t.Errorf("it is held by %v; want %v", socks[0].Holders, want)
	}
	if socks := socketsAt(t, Want{Port: far.Port()}); len(socks) != 0 {
		t.Errorf("%+v; want nothing where no connections are asked for", socks)
	}
}

func TestReadNamesWhoTakesDatagrams(t *testing.T) {
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.Closesocket(s)
	loopback := &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := windows.Bind(s, loopback); err != nil {
		t.Fatal(err)
	}
	bound, err := windows.Getsockname(s)
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(bound.(*windows.SockaddrInet4).Port)
	// Wine names who holds a socket only once that process has used it.
	if err := windows.Sendto(s, []byte("x"), 0, bound); err != nil {
		t.Fatal(err)
	}
	socks := socketsAt(t, Want{Transport: limen.UDP, Port: port})
	at := limen.Endpoint{Transport: limen.UDP, Addr: netip.AddrPortFrom(netip.AddrFrom4(loopback.Addr), port)}
	if len(socks) != 1 || socks[0].State != limen.Open || socks[0].Local != at {
		t.Fatalf("%+v; want one open socket at %v", socks, at)
	}
	if want := (Holder{me(t), limen.Proved}); !slices.Equal(socks[0].Holders, []Holder{want}) {
		t.Errorf("it is held by %v; want %v", socks[0].Holders, want)
	}
}

func TestGrowAsksAgainUntilATableFits(t *testing.T) {
	const need = 300 << 10
	b, err := grow(func(b []byte, size *uint32) error {
		if len(b) < need {
			return errMore
		}
		*size = need
		return nil
	})
	if err != nil || len(b) < need {
		t.Errorf("%d bytes, %v; want at least %d", len(b), err, need)
	}
	if _, err := grow(func([]byte, *uint32) error { return errMore }); err == nil {
		t.Error("a table that never fits gave no error")
	}
}
