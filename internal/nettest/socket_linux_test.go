package nettest

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
)

// rowsOf returns the state of every socket at addr, as table/number, where
// the numbers are those of include/net/tcp_states.h.
func rowsOf(t *testing.T, addr netip.AddrPort) (found []string) {
	t.Helper()
	for _, table := range tables {
		for _, row := range readTable(t, table) {
			if row[1] == hexOf(addr) {
				found = append(found, table+"/"+row[3])
			}
		}
	}
	return found
}

// hexOf writes an address as the tables do: words of four bytes in the order
// of the machine, which is taken to be little-endian here.
func hexOf(a netip.AddrPort) string {
	var b strings.Builder
	for word := range slices.Chunk(a.Addr().AsSlice(), 4) {
		slices.Reverse(word)
		fmt.Fprintf(&b, "%X", word)
	}
	return fmt.Sprintf("%s:%04X", b.String(), a.Port())
}

func TestHexOfIsWhatLinuxWrites(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:3000":          "0100007F:0BB8",
		"[::1]:3000":              "00000000000000000000000001000000:0BB8",
		"[::ffff:127.0.0.1]:3000": "0000000000000000FFFF00000100007F:0BB8",
	} {
		if got := hexOf(netip.MustParseAddrPort(addr)); got != want {
			t.Errorf("%s is %s, want %s", addr, got, want)
		}
	}
}

func TestSocketsAreWhatTheyAreCalled(t *testing.T) {
	NeedPrivate(t)
	const listens, open, established, timeWait = "0A", "07", "01", "06"
	for _, test := range []struct {
		spec Spec
		want []string
	}{
		{Spec{Kind: Listening, Network: "tcp", Addr: "127.0.0.1:3000"}, []string{"tcp/" + listens}},
		{Spec{Kind: Listening, Network: "tcp", Addr: "0.0.0.0:3000"}, []string{"tcp/" + listens}},
		{Spec{Kind: Listening, Network: "tcp", Addr: "[::]:3000"}, []string{"tcp6/" + listens}},
		{Spec{Kind: Listening, Network: "tcp", Addr: "[::ffff:127.0.0.1]:3000"}, []string{"tcp6/" + listens}},
		{Spec{Kind: Listening, Network: "udp", Addr: "127.0.0.1:3000"}, []string{"udp/" + open}},
		{Spec{Kind: Connected, Network: "udp", Addr: "127.0.0.1:3000"}, []string{"udp/" + established}},
		{Spec{Kind: Connected, Network: "tcp", Addr: "127.0.0.1:3000"}, []string{"tcp/" + established}},
		{Spec{Kind: TimeWaits, Network: "tcp", Addr: "127.0.0.1:3000"}, []string{"tcp/" + timeWait}},
		{Spec{Kind: Bound, Network: "tcp", Addr: "127.0.0.1:3000"}, nil}, // in no table of /proc
	} {
		t.Run(fmt.Sprint(test.spec), func(t *testing.T) {
			Enter(t)
			s := open1(t, test.spec)
			if got := rowsOf(t, s.Local); !slices.Equal(got, test.want) {
				t.Errorf("the tables say %q, want %q", got, test.want)
			}
		})
	}
}

// open1 is open for what is written as a Spec.
func open1(t *testing.T, s Spec) *Socket {
	t.Helper()
	return open(t, s, nil)
}

func TestABoundSocketKeepsOthersOut(t *testing.T) {
	s := Bind(t, "tcp", "127.0.0.1:0")
	if _, err := (Spec{Kind: Listening, Network: "tcp", Addr: s.Local.String()}).open(); err == nil {
		t.Errorf("%v could be had twice", s.Local)
	}
}

func TestAV6OnlyWildcardLeavesIPv4ToAnother(t *testing.T) {
	NeedPrivate(t)
	Enter(t)
	Listen(t, "tcp", "[::]:3000", "v6only")
	Listen(t, "tcp", "0.0.0.0:3000")
}

func TestADualStackWildcardTakesIPv4Too(t *testing.T) {
	NeedPrivate(t)
	Enter(t)
	Listen(t, "tcp", "[::]:3000")
	if _, err := (Spec{Kind: Listening, Network: "tcp", Addr: "0.0.0.0:3000"}).open(); err == nil {
		t.Error("0.0.0.0:3000 could be had too")
	}
}

func TestReusePortSharesAPort(t *testing.T) {
	first := Listen(t, "tcp", "127.0.0.1:0", "reuseport")
	Listen(t, "tcp", first.Local.String(), "reuseport")
}

func TestTimeWaitKeepsReuseAddr(t *testing.T) {
	NeedPrivate(t)
	for _, options := range [][]string{nil, {"reuseaddr"}} {
		t.Run(fmt.Sprint(options), func(t *testing.T) {
			Enter(t)
			addr := TimeWait(t, "127.0.0.1:3000", options...)
			next := Spec{Kind: Listening, Network: "tcp", Addr: addr.String(), ReuseAddr: true}
			held, err := next.open()
			if (err == nil) != (len(options) > 0) {
				t.Errorf("the next server with SO_REUSEADDR got: %v", err)
			}
			if err == nil {
				held.Close()
			}
		})
	}
}

func TestUnknownWordsAreRefused(t *testing.T) {
	if _, err := (Spec{}).With("v6"); err == nil {
		t.Error("an unknown option was taken")
	}
	for _, s := range []Spec{
		{Kind: "opened", Network: "tcp", Addr: "127.0.0.1:0"},
		{Kind: Bound, Network: "sctp", Addr: "127.0.0.1:0"},
		{Kind: Bound, Network: "tcp", Addr: "localhost"},
	} {
		if held, err := s.open(); err == nil {
			held.Close()
			t.Errorf("%v was opened", s)
		}
	}
}

func TestConnectGivesBothEnds(t *testing.T) {
	s := Connect(t, "tcp", "127.0.0.1:0")
	if _, err := s.files[0].Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1)
	if _, err := s.files[1].Read(got); err != nil || !bytes.Equal(got, []byte("x")) {
		t.Errorf("the other end read %q: %v", got, err)
	}
	if s.Peer.Port() == 0 || s.Local.Port() == 0 {
		t.Errorf("from %v to %v", s.Local, s.Peer)
	}
}

func TestAddressCanBeBound(t *testing.T) {
	for _, prefix := range []string{"10.1.2.3/24", "2001:db8::3/64"} {
		t.Run(prefix, func(t *testing.T) {
			Enter(t)
			Listen(t, "tcp", netip.AddrPortFrom(Address(t, prefix), 3000).String())
		})
	}
}

func TestAddressEndsWithItsTest(t *testing.T) {
	NeedPrivate(t)
	var addr netip.Addr
	t.Run("has it", func(t *testing.T) { addr = Address(t, "10.1.2.3/24") })
	if _, err := (Spec{Kind: Bound, Network: "tcp", Addr: netip.AddrPortFrom(addr, 0).String()}).open(); err == nil {
		t.Errorf("%v can still be bound", addr)
	}
}

func TestANamespaceHasItsOwnPorts(t *testing.T) {
	other := Namespace(t)
	Listen(t, "tcp", "127.0.0.1:3000")
	other.Do(func() { Listen(t, "tcp", "127.0.0.1:3000") })
	if got := rowsOf(t, netip.MustParseAddrPort("127.0.0.1:3000")); len(got) != 1 {
		t.Errorf("this namespace has %q at the port, want its own alone", got)
	}
}

func TestEnterComesBack(t *testing.T) {
	before := namespace()
	var within string
	t.Run("enters", func(t *testing.T) {
		Enter(t)
		within = namespace()
	})
	if namespace() != before || within == before {
		t.Errorf("before %s, within %s, after %s", before, within, namespace())
	}
}

func TestSocketsEndWithTheirTest(t *testing.T) {
	var f *os.File
	t.Run("holds one", func(t *testing.T) { f = Listen(t, "tcp", "127.0.0.1:0").File() })
	if _, err := f.Stat(); err == nil {
		t.Error("the descriptor is still open")
	}
}
