package sockets

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// cStruct reads the bytes of a struct, field after field as its header has
// them: hexadecimal digits, or *N for N bytes that nobody is to look at.
func cStruct(t testing.TB, size int, fields ...string) []byte {
	t.Helper()
	var b []byte
	for _, field := range strings.Fields(strings.Join(fields, " ")) {
		if n, ok := strings.CutPrefix(field, "*"); ok {
			count, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, bytes.Repeat([]byte{0xcc}, count)...)
			continue
		}
		part, err := hex.DecodeString(field)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	if len(b) != size {
		t.Fatalf("%d bytes of fields for a struct of %d", len(b), size)
	}
	return b
}

// ends are both ends of a socket as struct in_conninfo and struct xinpcb_n
// have them: fport lport, foreign, local.
type ends struct{ ports, foreign, local string }

const (
	none4 = "00000000000000000000000000000000"
	home4 = "0000000000000000000000007f000001"
	home6 = "00000000000000000000000000000001"
)

// xinpcb is struct xinpcb of FreeBSD, netinet/in_pcb.h.
func xinpcb(t testing.TB, so, state string, e ends, generation, versions string) []byte {
	t.Helper()
	return cStruct(t, pcbSize,
		"9001000000000000",                  // xi_len
		"f000000000000000", so, "*8 *8 *64", // xso_len, xso_so, so_pcb, so_oobmark, so_spare64
		"06000000 02000000",                // xso_protocol, xso_family
		"03000000 01000000 80000000 *4",    // so_qlen, so_incqlen, so_qlimit, so_pgid
		"e9030000 *32",                     // so_uid, so_spare32
		"0100 0200 *2", state, "*2 *2 *72", // so_type, so_options, so_linger, so_state, so_timeo, so_error, so_rcv and so_snd
		"*4", e.ports, e.foreign, e.local, "*4 *4", // inc_flags to inc_fibnum, the ends, ie6_zoneid, padding
		generation, "*8 *32 *28 *16 *4", versions, "*3 *4", // inp_gencnt, inp_ppcb to pad8, inp_vflag, inp_ip_ttl to inp_spare8
	)
}

// xtcpcb is struct xtcpcb of FreeBSD, netinet/tcp_var.h.
func xtcpcb(t testing.TB, inner []byte, state, expiry string) []byte {
	t.Helper()
	return cStruct(t, tcpPCBSize,
		"e802000000000000", hex.EncodeToString(inner), // xt_len, xt_inp
		"*32 *64 *16 *48", // xt_stack, xt_logid, xt_cc, spare64
		state, "*20",      // t_state, t_flags to t_rcvtime
		"*12", expiry, "*136", // tt_rexmt, tt_persist, tt_keep, tt_2msl
	)
}

// xinpgen is struct xinpgen of FreeBSD, which begins and ends a table.
func xinpgen(t testing.TB) []byte {
	return cStruct(t, pcbHeaderSize, "4000000000000000 *4 *4 *8 *8 *32")
}

func freeBSDTables(t testing.TB) (tcp, udp []byte) {
	const so, none, first = "00e0f40901f8ffff", "0000000000000000", "0100000000000000"
	row := func(so, sockState string, e ends, generation, versions, state, expiry string) []byte {
		return xtcpcb(t, xinpcb(t, so, sockState, e, generation, versions), state, expiry)
	}
	syncache := row(none, "0400", ends{"c3501f90", home4, home4}, none, "01", "03000000", "00000000")
	copy(syncache[tcpPCBInner:], make([]byte, 8)) // syncache_pcblist of netinet/tcp_syncache.c leaves xi_len out
	tcp = slices.Concat(xinpgen(t),
		row(so, "0000", ends{"00001f90", none4, home4}, first, "01", "01000000", "00000000"),
		row(so, "0000", ends{"00000bb8", none4, none4}, "0200000000000000", "07", "01000000", "00000000"),
		row(so, "0000", ends{"00000bb9", none4, home6}, "0300000000000000", "06", "01000000", "00000000"),
		row(so, "0000", ends{"00000bba", none4, home4}, "0400000000000000", "05", "00000000", "00000000"),
		row(so, "0200", ends{"01bbc350", "fe800002000000000000000000000009", "fe800002000000000000000000000001"}, "0500000000000000", "06", "04000000", "00000000"),
		row(so, "0210", ends{"c3511f90", home4, home4}, "0600000000000000", "01", "04000000", "00000000"),
		row(none, "0000", ends{"c3521f90", home4, home4}, "0700000000000000", "01", "0a000000", "30750000"),
		syncache,
		row(so, "0000", ends{"00001f91", none4, home4}, "0800000000000000", "01", "0b000000", "00000000"), // no such state
		row(so, "0000", ends{"00001f92", none4, home4}, "0900000000000000", "04", "01000000", "00000000"), // no such version
		xinpgen(t))
	udp = slices.Concat(xinpgen(t),
		xinpcb(t, so, "0000", ends{"000014e9", none4, none4}, first, "01"),
		xinpcb(t, so, "0200", ends{"0035c353", "00000000000000000000000008080808", "000000000000000000000000c0a80105"}, "0200000000000000", "01"),
		xinpgen(t))
	return tcp, udp
}

// zone names interfaces in tests.
func zone(number uint16) string { return "em" + strconv.Itoa(int(number)) }

// sameRows compares rows by all they have.
func sameRows(want, got []pcbRow) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(pcbRow{}),
		cmpopts.IgnoreUnexported(Socket{}), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}))
}

var onlyV4, onlyV6, bothVersions = []limen.Family{limen.IPv4}, []limen.Family{limen.IPv6}, []limen.Family{limen.IPv4, limen.IPv6}

func TestParsePCBListReadsTheRowsOfFreeBSD(t *testing.T) {
	at, peer := limen.MustParseEndpoint, netip.MustParseAddrPort
	const address = 0xfffff80109f4e000
	queue := &limen.Backlog{Used: 3, Max: 128}
	wantTCP := []pcbRow{
		{Socket: Socket{Local: at("tcp/127.0.0.1:8080"), State: limen.Listening, Families: onlyV4, Backlog: queue, UID: 1001, Number: 2}, address: address},
		{Socket: Socket{Local: at("tcp/[::]:3000"), State: limen.Listening, Families: bothVersions, Backlog: queue, UID: 1001, Number: 4}, address: address},
		{Socket: Socket{Local: at("tcp/[::1]:3001"), State: limen.Listening, Families: onlyV6, Backlog: queue, UID: 1001, Number: 6}, address: address},
		{Socket: Socket{Local: at("tcp/[::ffff:127.0.0.1]:3002"), State: limen.Bound, Families: onlyV4, UID: 1001, Number: 8}, address: address},
		{Socket: Socket{Local: at("tcp/[fe80::1%em2]:50000"), Peer: peer("[fe80::9%em2]:443"), State: limen.Established, Families: onlyV6, UID: 1001, Number: 10}, address: address},
		{Socket: Socket{Local: at("tcp/127.0.0.1:8080"), Peer: peer("127.0.0.1:50001"), State: limen.Established, Families: onlyV4}, address: address}, // not yet accepted
		{Socket: Socket{Local: at("tcp/127.0.0.1:8080"), Peer: peer("127.0.0.1:50002"), State: limen.TimeWait, Families: onlyV4, Remaining: 30 * time.Second}},
		{Socket: Socket{Local: at("tcp/127.0.0.1:8080"), Peer: peer("127.0.0.1:50000"), State: limen.SynReceived, Families: onlyV4}},
	}
	wantUDP := []pcbRow{
		{Socket: Socket{Local: at("udp/0.0.0.0:5353"), State: limen.Open, Families: onlyV4, UID: 1001, Number: 3}, address: address},
		{Socket: Socket{Local: at("udp/192.168.1.5:50003"), Peer: peer("8.8.8.8:53"), State: limen.Established, Families: onlyV4, UID: 1001, Number: 5}, address: address},
	}
	tcp, udp := freeBSDTables(t)
	for _, c := range []struct {
		transport limen.Transport
		table     []byte
		want      []pcbRow
	}{{limen.TCP, tcp, wantTCP}, {limen.UDP, udp, wantUDP}} {
		got, err := parsePCBList(c.table, c.transport, zone)
		if diff := sameRows(c.want, got); diff != "" || err != nil {
			t.Errorf("%v: %v (-want +got):\n%s", c.transport, err, diff)
		}
	}
}

func TestParsePCBListRefusesOtherVersions(t *testing.T) {
	tcp, udp := freeBSDTables(t)
	older := slices.Clone(tcp)
	older[pcbHeaderSize] = 0xe0
	for name, table := range map[string][]byte{
		"the other transport's rows": udp,
		"smaller rows":               older,
		"a header of 32 bits":        append([]byte{24, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 24)...),
		"the high byte first":        {0, 0, 0, 0, 0, 0, 0, 64},
	} {
		if rows, err := parsePCBList(table, limen.TCP, zone); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s gave %d rows and %v; want ErrUnsupported", name, len(rows), err)
		}
	}
	for _, end := range []int{0, 7, 63, pcbHeaderSize, 100, len(tcp) - pcbHeaderSize} {
		if rows, err := parsePCBList(tcp[:end], limen.TCP, zone); !errors.Is(err, errCut) {
			t.Errorf("%d bytes gave %d rows and %v; want errCut", end, len(rows), err)
		}
	}
}

// xfile is struct xfile of FreeBSD, sys/file.h.
func xfile(t testing.TB, pid, kind, data string) []byte {
	t.Helper()
	return cStruct(t, fileSize,
		"8000000000000000", pid, "*4 *4 *4 *8", // xf_size, xf_pid, xf_uid, xf_fd, padding, xf_file
		kind, "*2 *4 *4 *4 *8", data, "*8 *4 *4 *48", // xf_type, padding, xf_count, xf_msgcount, padding, xf_offset, xf_data, xf_vnode, xf_flag, padding
	)
}

func TestParseFilesReadsSocketsAlone(t *testing.T) {
	b := slices.Concat(xfile(t, "d2040000", "0100", "00e0f40901f8ffff"), xfile(t, "d3040000", "0200", "00e0f40901f8ffff"))
	got, err := parseFiles(b)
	if want := []openFile{{1235, 0xfffff80109f4e000}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if _, err := parseFiles(b[:len(b)-1]); !errors.Is(err, errCut) {
		t.Errorf("a table that is cut gave %v", err)
	}
	b[0] = 96
	if _, err := parseFiles(b); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("rows of another size gave %v; want ErrUnsupported", err)
	}
}

func TestClaimsRefuseAnAddressThatAnotherSocketHasNow(t *testing.T) {
	s := newSearch([]Socket{{Number: 2}, {Number: 4}})
	files := []openFile{{10, 0xa000}, {11, 0xb000}, {12, 0xc000}}
	rows := []pcbRow{
		{Socket: Socket{Number: 2}, address: 0xa000},
		{Socket: Socket{Number: 6}, address: 0xb000}, // here was number 4
	}
	if got, want := s.claims(files, rows), []claim{{0, 10}}; !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}

func FuzzParsePCBList(f *testing.F) {
	tcp, udp := freeBSDTables(f)
	f.Add(tcp)
	f.Add(udp)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, transport := range []limen.Transport{limen.TCP, limen.UDP} {
			rows, err := parsePCBList(b, transport, zone)
			checkRows(t, rows, err, transport, len(b)/pcbSize)
		}
	})
}

// checkRows holds what is true of every table.
func checkRows(t *testing.T, rows []pcbRow, err error, transport limen.Transport, most int) {
	t.Helper()
	if len(rows) > most || err != nil && rows != nil {
		t.Errorf("%d rows and %v where at most %d fit", len(rows), err, most)
	}
	for _, row := range rows {
		if row.State == 0 || row.Local.Transport != transport || !row.Local.Addr.IsValid() || len(row.Families) == 0 || row.Remaining < 0 {
			t.Errorf("a row without state, place or family: %+v", row)
		}
	}
}

func FuzzParseFiles(f *testing.F) {
	f.Add(xfile(f, "d2040000", "0200", "00e0f40901f8ffff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if files, err := parseFiles(b); len(files) > len(b)/fileSize || err != nil && files != nil {
			t.Errorf("%d files and %v in %d bytes", len(files), err, len(b))
		}
	})
}
