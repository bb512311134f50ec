package sockets

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// fromHex reads bytes as they stand in a dump.
func fromHex(dump string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(dump), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// diagRow is a listener on 127.0.0.1:3000, as Linux 6.18 on amd64 sent it.
var diagRow = fromHex(`
	02 0a 00 00 0b b8 00 00 7f 00 00 01 00 00 00 00
	00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	00 00 00 00 00 00 00 00 00 00 00 00 85 78 03 00
	00 00 00 00 00 00 00 00 00 00 00 00 05 00 00 00
	e8 03 00 00 7e 5b 1f 00 05 00 08 00 00 00 00 00
	08 00 0f 00 00 00 00 00 0c 00 15 00 2a 00 00 00
	00 00 00 00 06 00 16 00 52 00 00 00`)

// diagRows are more of the same.
var diagRows = map[string]struct {
	transport limen.Transport
	bytes     []byte
	want      Socket
}{
	"listener": {limen.TCP, diagRow, Socket{
		Local: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), State: limen.Listening, Families: []limen.Family{limen.IPv4},
		Backlog: &limen.Backlog{Used: 0, Max: 5}, UID: 1000, Number: 0x1f5b7e, cgroup: 42, cookie: 0x37885,
	}},
	"v6only": {limen.TCP, fromHex(`
		0a 0a 00 00 0b b8 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 86 78 03 00
		00 00 00 00 00 00 00 00 03 00 00 00 80 00 00 00
		00 00 00 00 80 5b 1f 00 05 00 08 00 00 00 00 00
		05 00 0b 00 01 00 00 00 08 00 0f 00 00 00 00 00
		0c 00 15 00 01 00 00 00 00 00 00 00 06 00 16 00
		12 00 00 00`), Socket{
		Local: limen.MustParseEndpoint("tcp/[::]:3000"), State: limen.Listening, Families: []limen.Family{limen.IPv6},
		Backlog: &limen.Backlog{Used: 3, Max: 128}, Number: 0x1f5b80, cgroup: 1, cookie: 0x37886,
	}},
	"TIME_WAIT": {limen.TCP, fromHex(`
		02 06 03 00 0f a3 c9 46 7f 00 00 01 00 00 00 00
		00 00 00 00 00 00 00 00 7f 00 00 01 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 87 78 03 00
		00 00 00 00 5c ea 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 08 00 0f 00 00 00 00 00`), Socket{
		Local: limen.MustParseEndpoint("tcp/127.0.0.1:4003"), Peer: netip.MustParseAddrPort("127.0.0.1:51526"),
		State: limen.TimeWait, Families: []limen.Family{limen.IPv4}, Remaining: 59996 * time.Millisecond, cookie: 0x37887,
	}},
	"datagrams": {limen.UDP, fromHex(`
		0a 07 00 00 00 35 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 88 78 03 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 81 5b 1f 00 05 00 08 00 00 00 00 00
		05 00 0b 00 00 00 00 00`), Socket{
		Local: limen.MustParseEndpoint("udp/[::1]:53"), State: limen.Open, Families: []limen.Family{limen.IPv6}, Number: 0x1f5b81, cookie: 0x37888,
	}},
	"link-local": {limen.TCP, withDevice(fromHex(`
		0a 01 00 00 00 16 c9 46 fe 80 00 00 00 00 00 00
		00 00 00 00 00 00 00 01 fe 80 00 00 00 00 00 00
		00 00 00 00 00 00 00 02 00 00 00 00 89 78 03 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 82 5b 1f 00`), 3), Socket{
		Local: limen.MustParseEndpoint("tcp/[fe80::1%interface 3]:22"), Peer: netip.MustParseAddrPort("[fe80::2%interface 3]:51526"),
		State: limen.Established, Families: []limen.Family{limen.IPv6}, Number: 0x1f5b82, cookie: 0x37889,
	}},
	"tied to a device": {limen.UDP, withDevice(diagRow, 3), Socket{
		Local: limen.MustParseEndpoint("udp/127.0.0.1:3000"), State: limen.Open, Families: []limen.Family{limen.IPv4},
		Device: "interface 3", UID: 1000, Number: 0x1f5b7e, cgroup: 42, cookie: 0x37885,
	}},
}

// withDevice returns the row with idiag_if set.
func withDevice(row []byte, n uint32) []byte {
	row = slices.Clone(row)
	binary.LittleEndian.PutUint32(row[40:], n)
	return row
}

func TestParseDiagReadsWhatTheKernelSent(t *testing.T) {
	if !littleEndian {
		t.Skip("the recorded rows are those of a little-endian machine")
	}
	for name, test := range diagRows {
		got, ok, err := parseDiag(test.bytes, test.transport, byNumber)
		if err != nil || !ok {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(Socket{}), cmpopts.EquateComparable(netip.AddrPort{}, limen.Endpoint{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseDiagRefusesWhatIsNoRow(t *testing.T) {
	for _, b := range [][]byte{nil, diagRow[:71], append([]byte{3}, diagRow[1:]...)} {
		if s, _, err := parseDiag(b, limen.TCP, byNumber); !errors.Is(err, errDiagRow) {
			t.Errorf("% x was read as %+v, %v", b, s, err)
		}
	}
}

func TestParseDiagLeavesOutStatesOfLaterKernels(t *testing.T) {
	for _, state := range []byte{0, 14, 255} {
		b := slices.Clone(diagRow)
		b[1] = state
		if s, ok, err := parseDiag(b, limen.TCP, byNumber); ok || err != nil {
			t.Errorf("state %d was read as %+v, %v", state, s, err)
		}
	}
}

func TestAQuestionAboutAPortIsAFilterOfItsOwn(t *testing.T) {
	if !littleEndian {
		t.Skip("the expected bytes are those of a little-endian machine")
	}
	request := make([]byte, 56-8)
	for name, test := range map[string]struct {
		question diagQuestion
		want     []byte
	}{
		"all of UDP": {diagQuestion{afINET6, limen.UDP, 0, waitingStates(limen.UDP)}, append(fromHex("0a 11 00 00 80 00 00 00"), request...)},
		// Nothing but TCPF_LISTEN, or the kernel goes through all connections too.
		"all that listen": {diagQuestion{afINET, limen.TCP, 0, waitingStates(limen.TCP)}, append(fromHex("02 06 00 00 00 04 00 00"), request...)},
		"a port of TCP":   {diagQuestion{afINET, limen.TCP, 3000, allStates}, slices.Concat(fromHex("02 06 00 00 ff 3f 00 00"), request, fromHex("14 00 01 00  02 08 14 00 00 00 b8 0b  03 08 0c 00 00 00 b8 0b"))},
	} {
		if diff := cmp.Diff(test.want, test.question.message()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAttributesEndAtTheFirstThatIsCut(t *testing.T) {
	whole := append(attribute(1, "abc"), attribute(2|1<<15, "d")...)
	for cut, want := range map[int]string{0: "", 3: "", 6: "", 8: "1abc", 12: "1abc", 13: "1abc2d", 16: "1abc2d"} {
		got := ""
		for kind, value := range attributes(whole[:cut]) {
			got += string(rune('0'+kind)) + string(value)
		}
		if got != want {
			t.Errorf("of the first %d bytes: %q, want %q", cut, got, want)
		}
	}
}

func FuzzParseDiag(f *testing.F) {
	for _, row := range diagRows {
		f.Add(row.bytes, row.transport == limen.UDP)
	}
	f.Fuzz(func(t *testing.T, b []byte, udp bool) {
		transport := limen.TCP
		if udp {
			transport = limen.UDP
		}
		s, ok, err := parseDiag(b, transport, byNumber)
		if !ok || err != nil {
			return
		}
		if _, err := s.Local.MarshalText(); err != nil || len(s.Families) == 0 || s.State == 0 {
			t.Errorf("%+v: %v", s, err)
		}
	})
}

func FuzzAttributes(f *testing.F) {
	f.Add(diagRow[diagRowSize:])
	f.Add([]byte{4, 0, 0, 0, 4, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		room := len(b)
		for _, value := range attributes(b) {
			if room -= 4 + len(value); room < 0 {
				t.Fatalf("the attributes of %d bytes hold more than that", len(b))
			}
		}
	})
}
