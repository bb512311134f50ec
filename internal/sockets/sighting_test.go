package sockets

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// openedBytes is what the program writes when pid 4242 lets a dual-stack
// socket listen on port 3000.
func openedBytes() []byte {
	b := make([]byte, sightOpened)
	double := func(at int, v uint64) { binary.NativeEndian.PutUint64(b[at:], v) }
	word := func(at int, v uint32) { binary.NativeEndian.PutUint32(b[at:], v) }
	half := func(at int, v uint16) { binary.NativeEndian.PutUint16(b[at:], v) }
	double(sightWhen, 5_000_000_000)
	double(sightNumber, 77)
	double(sightBirth, 123*tick+tick/2)
	word(sightPID, 4242)
	word(sightUID, 1000)
	word(sightBacklog, 128)
	half(sightFamily, afINET6)
	half(sightPort, 3000)
	half(sightState, tcpListen)
	double(sightCookie, 9)
	copy(b[sightName:], "node\x00left over")
	word(sightArgsSize, uint32(copy(b[sightArgs:], "node\x00server.js\x00\x00")))
	return b
}

func TestParseSightingReadsWhatTheProgramWrites(t *testing.T) {
	got, err := parseSighting(openedBytes())
	if err != nil {
		t.Fatal(err)
	}
	id := limen.ProcessID{PID: 4242, Birth: 123}
	want := sighting{
		when: 5_000_000_000, opened: true,
		socket: Socket{
			Local: limen.MustParseEndpoint("tcp/[::]:3000"), State: limen.Listening,
			Families: []limen.Family{limen.IPv4, limen.IPv6}, Backlog: &limen.Backlog{Max: 128},
			UID: 1000, Number: 77, cookie: 9, Holders: []Holder{{id, limen.Proved}},
		},
		caller: Caller{ProcessID: id, Name: "node", Command: []string{"node", "server.js", ""}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sighting{}, Socket{}), cmpopts.EquateComparable(netip.AddrPort{}, limen.Endpoint{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOneThatClosedHasNoCaller(t *testing.T) {
	b := openedBytes()[:sightClosed]
	binary.NativeEndian.PutUint16(b[sightState:], tcpClose)
	s, err := parseSighting(b)
	if err != nil || s.opened || len(s.socket.Holders) > 0 || s.socket.Number != 77 {
		t.Errorf("read as %+v, %v", s, err)
	}
}

func TestParseSightingRefusesWhatIsNone(t *testing.T) {
	with := func(at int, v uint16) []byte {
		b := openedBytes()
		binary.NativeEndian.PutUint16(b[at:], v)
		return b
	}
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"short":           openedBytes()[:sightClosed-1],
		"no caller":       openedBytes()[:sightOpened-1],
		"another state":   with(sightState, 1),
		"another network": with(sightFamily, 1),
	} {
		if s, err := parseSighting(b); !errors.Is(err, errSighting) {
			t.Errorf("%s: read as %+v, %v", name, s, err)
		}
	}
}

func TestArgumentsThatCouldNotBeReadAreNone(t *testing.T) {
	for in, want := range map[string][]string{
		"":             nil,
		"\x00\x00\x00": nil,
		"a\x00":        {"a"},
		"a\x00\x00":    {"a", ""},
		"a\x00cut":     {"a", "cut"},
		"\x00a\x00":    {"", "a"},
	} {
		if got := splitArgs([]byte(in)); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestASightingIsPlacedAsTheTableDoesIt(t *testing.T) {
	for addr, want := range map[string]string{
		"fe80::1":   "tcp/[fe80::1%interface 3]:3000",
		"::1":       "tcp/[::1]:3000 interface 3",
		"127.0.0.1": "tcp/127.0.0.1:3000 interface 3",
	} {
		s := sighting{device: 3}
		s.socket.Local = limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(netip.MustParseAddr(addr), 3000)}
		s.place(byNumber)
		got := s.socket.Local.String()
		if s.socket.Device != "" {
			got += " " + s.socket.Device
		}
		if got != want {
			t.Errorf("%s is at %q, want %q", addr, got, want)
		}
	}
}

func FuzzParseSighting(f *testing.F) {
	f.Add(openedBytes())
	f.Add(openedBytes()[:sightClosed])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSighting(b)
		if err == nil && !s.socket.Local.Addr.IsValid() {
			t.Errorf("read as %+v", s)
		}
		s.place(byNumber)
	})
}
