package sockets

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// hexBytes reads bytes as headers lay them out: words of hexadecimal digits,
// with zeros after them up to size.
func hexBytes(t testing.TB, size int, words string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(words), ""))
	if err != nil || len(b) > size {
		t.Fatalf("%q is not at most %d bytes: %v", words, size, err)
	}
	return append(b, make([]byte, size-len(b))...)
}

// count is a table's header: dwNumEntries, and room up to the first row.
func count(n byte) []byte { return []byte{n, 0, 0, 0, 0xaa, 0xaa, 0xaa, 0xaa} }

var (
	tcp4, tcp6 = tableLayouts[0], tableLayouts[1]
	udp4, udp6 = tableLayouts[2], tableLayouts[3]
)

// Each row has what stands in front of OwningModuleInfo.
func tableRows(t testing.TB) map[string]struct {
	layout tableLayout
	bytes  []byte
} {
	return map[string]struct {
		layout tableLayout
		bytes  []byte
	}{
		// dwState, dwLocalAddr, dwLocalPort, dwRemoteAddr, dwRemotePort, dwOwningPid, liCreateTimestamp
		"tcp": {tcp4, bytes.Join([][]byte{
			count(4),
			hexBytes(t, 160, "02000000 7f000001 0bb8cccc 00000000 cccccccc 10110000 efcdab8967452301"),
			hexBytes(t, 160, "05000000 c0a80105 ea600000 5db8d822 01bb0000 e8030000 0000000000000000"),
			hexBytes(t, 160, "0b000000 7f000001 0bb80000 7f000001 c3500000 00000000 0000000000000000"),
			hexBytes(t, 160, "0c000000 7f000001 0bb80000 7f000001 c3510000 00000000 0000000000000000"), // DELETE_TCB
		}, nil)},
		// ucLocalAddr, dwLocalScopeId, dwLocalPort, ucRemoteAddr, dwRemoteScopeId, dwRemotePort, dwState, dwOwningPid, liCreateTimestamp
		"tcp6": {tcp6, bytes.Join([][]byte{
			count(3),
			hexBytes(t, 192, "00000000000000000000000000000000 00000000 0bb80000 00000000000000000000000000000000 00000000 00000000 02000000 10110000 efcdab8967452301"),
			hexBytes(t, 192, "fe800000000000000000000000000001 0c000000 0bb80000 fe800000000000000000000000000002 0c000000 00500000 08000000 10110000 0000000000000000"),
			hexBytes(t, 192, "00000000000000000000ffff7f000001 00000000 0bb80000 00000000000000000000000000000000 00000000 00000000 02000000 04000000 0000000000000000"),
		}, nil)},
		// dwLocalAddr, dwLocalPort, dwOwningPid, room, liCreateTimestamp
		"udp": {udp4, append(count(1),
			hexBytes(t, 160, "00000000 14e9ffff 10110000 aaaaaaaa efcdab8967452301")...)},
		// ucLocalAddr, dwLocalScopeId, dwLocalPort, dwOwningPid, room, liCreateTimestamp
		"udp6": {udp6, append(count(1),
			hexBytes(t, 176, "00000000000000000000000000000001 00000000 14e90000 10110000 aaaaaaaa efcdab8967452301")...)},
	}
}

func TestParseTableReadsTheRowsOfTheHeaders(t *testing.T) {
	v4, v6 := []limen.Family{limen.IPv4}, []limen.Family{limen.IPv6}
	at := limen.MustParseEndpoint
	peer := netip.MustParseAddrPort
	const made = 0x0123456789abcdef
	want := map[string][]tableRow{
		"tcp": {
			{Socket{Local: at("tcp/127.0.0.1:3000"), State: limen.Listening, Families: v4}, 4368, made},
			{Socket{Local: at("tcp/192.168.1.5:60000"), Peer: peer("93.184.216.34:443"), State: limen.Established, Families: v4}, 1000, 0},
			{Socket{Local: at("tcp/127.0.0.1:3000"), Peer: peer("127.0.0.1:50000"), State: limen.TimeWait, Families: v4}, 0, 0},
		},
		"tcp6": {
			{Socket{Local: at("tcp/[::]:3000"), State: limen.Listening, Families: v6}, 4368, made},
			{Socket{Local: at("tcp/[fe80::1%12]:3000"), Peer: peer("[fe80::2%12]:80"), State: limen.CloseWait, Families: v6}, 4368, 0},
			{Socket{Local: at("tcp/[::ffff:127.0.0.1]:3000"), State: limen.Listening, Families: v4}, 4, 0},
		},
		"udp":  {{Socket{Local: at("udp/0.0.0.0:5353"), State: limen.Open, Families: v4}, 4368, made}},
		"udp6": {{Socket{Local: at("udp/[::1]:5353"), State: limen.Open, Families: v6}, 4368, made}},
	}
	for name, table := range tableRows(t) {
		got, err := parseTable(table.bytes, table.layout)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want[name], got, cmp.AllowUnexported(tableRow{}),
			cmpopts.IgnoreUnexported(Socket{}), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseTableRefusesMoreRowsThanThereAre(t *testing.T) {
	for name, table := range tableRows(t) {
		for _, b := range [][]byte{nil, table.bytes[:7], table.bytes[:len(table.bytes)-1], {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}} {
			if rows, err := parseTable(b, table.layout); !errors.Is(err, errTable) {
				t.Errorf("%s of %d bytes gave %d rows and %v; want an error", name, len(b), len(rows), err)
			}
		}
		if rows, err := parseTable(count(0), table.layout); err != nil || len(rows) != 0 {
			t.Errorf("%s without rows gave %v, %v", name, rows, err)
		}
	}
}

func FuzzParseTable(f *testing.F) {
	for _, table := range tableRows(f) {
		f.Add(table.bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, l := range tableLayouts {
			rows, _ := parseTable(b, l)
			if len(rows) > len(b)/l.size {
				t.Errorf("%d rows of %d bytes in %d bytes", len(rows), l.size, len(b))
			}
			for _, row := range rows {
				if row.State == 0 || row.Local.Transport != l.transport || !row.Local.Addr.IsValid() {
					t.Errorf("a row without state or place: %+v", row)
				}
			}
		}
	})
}
