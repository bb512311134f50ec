package sockets

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// padded pads a record of macOS to eight bytes.
func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&7)...) }

// xinpcbN is struct xinpcb_n of macOS, bsd/netinet/in_pcb.h.
func xinpcbN(t testing.TB, e ends, generation, versions string) []byte {
	t.Helper()
	return padded(cStruct(t, 104,
		"68000000 10000000 *8", e.ports, "*8", // xi_len, xi_kind, xi_inpp, inp_fport, inp_lport, inp_ppcb
		generation, "*4 *4", versions, "*2 *1", // inp_gencnt, inp_flags, inp_flow, inp_vflag, inp_ip_ttl, inp_ip_p, padding
		e.foreign, e.local, "*4 *12 *8", // both ends, inp_depend4, inp_depend6, inp_flowhash and inp_flags2
	))
}

// xsocketN is struct xsocket_n of macOS, bsd/sys/socketvar.h, as it ends in
// so_e_pid, and as it grew later.
func xsocketN(t testing.TB, length, so, state, last string) []byte {
	t.Helper()
	size, more := 76, ""
	if length == "68000000" {
		size, more = 104, "*28" // so_gencnt to xso_filter_flags
	}
	return padded(cStruct(t, size,
		length, "01000000", so, "0100 *2 *4 *2", state, // xso_len, xso_kind, xso_so, so_type, padding, so_options, so_linger, so_state
		"*8 06000000 02000000", "0400 0300 8000 *2 *2 *2", // so_pcb, xso_protocol, xso_family, so_qlen, so_incqlen, so_qlimit, so_timeo, so_error, padding
		"*4 *4 f5010000", last, "*4", more, // so_pgid, so_oobmark, so_uid, so_last_pid, so_e_pid
	))
}

// buffers are the records that nobody looks into: both buffers, the first as
// it is for a socket that has none, and the statistics.
func buffers(t testing.TB) []byte {
	return slices.Concat(cStruct(t, 32, "20000000 00000000 *24"), cStruct(t, 32, "20000000 04000000 *24"), cStruct(t, 136, "88000000 08000000 *128"))
}

// xtcpcbN is struct xtcpcb_n of macOS, bsd/netinet/tcp_var.h.
func xtcpcbN(t testing.TB, state string) []byte {
	t.Helper()
	return padded(cStruct(t, 204, "cc000000 20000000 *8 *4 *16", state, "*164")) // xt_len, xt_kind, t_segq, t_dupacks, t_timer, t_state
}

// xinpgenN is struct xinpgen of macOS.
func xinpgenN(t testing.TB) []byte { return cStruct(t, xsoHeaderSize, "18000000 10000000 *8 *8") }

func macOSTables(t testing.TB) (tcp, udp []byte) {
	const so, none, long, short, last = "f1e2d3c4b5a69788", "0000000000000000", "68000000", "4c000000", "39050000"
	tcp = slices.Concat(xinpgenN(t),
		xinpcbN(t, ends{"00001388", none4, none4}, "0100000000000000", "03"), xsocketN(t, long, so, "8000", last), buffers(t), xtcpcbN(t, "01000000"),
		xinpcbN(t, ends{"00000bb8", none4, home4}, "0200000000000000", "05"), xsocketN(t, short, so, "0000", last), buffers(t), xtcpcbN(t, "01000000"),
		xinpcbN(t, ends{"01bbc350", "fe80000c000000000000000000000009", "fe80000c000000000000000000000001"}, "0300000000000000", "02"), xsocketN(t, long, so, "0201", last), buffers(t), xtcpcbN(t, "04000000"),
		xinpcbN(t, ends{"01bbc351", home4, home4}, "0400000000000000", "01"), xsocketN(t, long, so, "0120", last), buffers(t), xtcpcbN(t, "0a000000"),
		xinpcbN(t, ends{"01bbc352", home4, home4}, "0500000000000000", "01"), xsocketN(t, long, so, "0000", last), buffers(t), xtcpcbN(t, "0b000000"), // no such state
		xinpgenN(t))
	udp = slices.Concat(xinpgenN(t),
		xinpcbN(t, ends{"000014e9", none4, none4}, "0100000000000000", "01"), xsocketN(t, long, so, "0000", last), buffers(t),
		xinpcbN(t, ends{"0000e001", none4, none4}, none, "02"), xsocketN(t, long, none, "0000", last), buffers(t), // of a program's own stack
		xinpgenN(t))
	return tcp, udp
}

func TestParsePCBListNReadsTheRecordsOfMacOS(t *testing.T) {
	at, peer := limen.MustParseEndpoint, netip.MustParseAddrPort
	const address, last = 0x8897a6b5c4d3e2f1, 1337
	queue := &limen.Backlog{Used: 1, Max: 128}
	wantTCP := []pcbRow{
		{Socket{Local: at("tcp/[::]:5000"), State: limen.Listening, Families: bothVersions, Backlog: queue, UID: 501, Number: 2}, address, last},
		{Socket{Local: at("tcp/[::ffff:127.0.0.1]:3000"), State: limen.Listening, Families: onlyV4, Backlog: queue, UID: 501, Number: 4}, address, last},
		{Socket{Local: at("tcp/[fe80::1%em12]:50000"), Peer: peer("[fe80::9%em12]:443"), State: limen.Established, Families: onlyV6, UID: 501, Number: 6}, address, last},
		{Socket{Local: at("tcp/127.0.0.1:50001"), Peer: peer("127.0.0.1:443"), State: limen.TimeWait, Families: onlyV4}, address, last},
	}
	wantUDP := []pcbRow{
		{Socket{Local: at("udp/0.0.0.0:5353"), State: limen.Open, Families: onlyV4, UID: 501, Number: 3}, address, last},
		{Socket{Local: at("udp/[::]:57345"), State: limen.Open, Families: onlyV6}, 0, last},
	}
	tcp, udp := macOSTables(t)
	for _, c := range []struct {
		transport limen.Transport
		table     []byte
		want      []pcbRow
	}{{limen.TCP, tcp, wantTCP}, {limen.UDP, udp, wantUDP}, {limen.TCP, xinpgenN(t), nil}} {
		got, err := parsePCBListN(c.table, c.transport, zone)
		if diff := sameRows(c.want, got); diff != "" || err != nil {
			t.Errorf("%v: %v (-want +got):\n%s", c.transport, err, diff)
		}
	}
}

func TestParsePCBListNRefusesOtherVersions(t *testing.T) {
	tcp, udp := macOSTables(t)
	changed := func(at int, to byte) []byte {
		b := slices.Clone(tcp)
		b[at] = to
		return b
	}
	for name, table := range map[string][]byte{
		"a header of another size":         changed(0, 32),
		"an inpcb of another size":         changed(xsoHeaderSize, 100),
		"a socket of another size":         changed(xsoHeaderSize+104, 108),
		"a table without TCP's records":    udp,
		"a socket that is not announced":   append(xinpgenN(t), xsocketN(t, "68000000", "0100000000000000", "0000", "00000000")...),
		"a record of no size":              append(xinpgenN(t), make([]byte, 64)...),
		"a record without room for itself": append(xinpgenN(t), 4, 0, 0, 0, 0, 0, 0, 0),
	} {
		if rows, err := parsePCBListN(table, limen.TCP, zone); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s gave %d rows and %v; want ErrUnsupported", name, len(rows), err)
		}
	}
	for _, end := range []int{0, 23, xsoHeaderSize + 103, len(tcp) - xsoHeaderSize - 1} {
		if rows, err := parsePCBListN(tcp[:end], limen.TCP, zone); !errors.Is(err, errCut) {
			t.Errorf("%d bytes gave %d rows and %v; want errCut", end, len(rows), err)
		}
	}
}

func TestASocketOfAProgramsOwnStackNamesACandidate(t *testing.T) {
	all := map[int]kinfo{1337: {birth: 99}}
	kinfos := func() (map[int]kinfo, error) { return all, nil }
	udp := Socket{Local: limen.MustParseEndpoint("udp/[::]:57345"), State: limen.Open}
	row := pcbRow{Socket: udp, last: 1337}
	g, ok := row.ownStack(kinfos)
	if want := []Holder{{limen.ProcessID{PID: 1337, Birth: 99}, limen.Candidate}}; !ok || !slices.Equal(row.Holders, want) || row.Absence != Hidden || g.What != "who holds udp/[::]:57345" {
		t.Errorf("%+v, %+v, %v; want the candidate %v", row, g, ok, want)
	}
	gone := pcbRow{Socket: udp, last: 7}
	if _, ok := gone.ownStack(kinfos); !ok || gone.Holders != nil {
		t.Errorf("%+v; want nobody where the process has ended", gone)
	}
	kernels := pcbRow{Socket: udp, address: 1, last: 1337}
	if _, ok := kernels.ownStack(kinfos); ok || kernels.Holders != nil {
		t.Errorf("%+v; want a socket of the kernel's left alone", kernels)
	}
}

func TestGuessNamesWhoUsedASocketLastAsACandidate(t *testing.T) {
	s := newSearch([]Socket{{Number: 2}, {Number: 4}, {Number: 6}})
	rows := []pcbRow{{Socket: Socket{Number: 2}, last: 10}, {Socket: Socket{Number: 4}, last: 11}, {Socket: Socket{Number: 0}, last: 10}}
	s.guess([]int{0, 1, 2}, rows, map[int]kinfo{10: {birth: 5}, 0: {birth: 1}})
	got := [][]Holder{s.socks[0].Holders, s.socks[1].Holders, s.socks[2].Holders}
	want := [][]Holder{{{limen.ProcessID{PID: 10, Birth: 5}, limen.Candidate}}, nil, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParsePCBListN(f *testing.F) {
	tcp, udp := macOSTables(f)
	f.Add(tcp)
	f.Add(udp)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, transport := range []limen.Transport{limen.TCP, limen.UDP} {
			rows, err := parsePCBListN(b, transport, zone)
			checkRows(t, rows, err, transport, len(b)/104)
		}
	})
}
