package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/limenhq/limen"
)

// A tableLayout says where the fields stand in the rows of one of Windows'
// tables: tcpmib.h and udpmib.h, the structs that end in OWNER_MODULE. They
// hold what those that end in OWNER_PID do, and when the socket was bound,
// without which a PID that was given to another process would be believed.
type tableLayout struct {
	transport limen.Transport
	family    byte
	size      int // of a row

	local, localPort, pid, made int
	peer, peerPort, state       int // of TCP alone
}

// Rows hold 64-bit numbers, so the first stands at 8, behind dwNumEntries.
const tableHeader = 8

var tableLayouts = []tableLayout{
	{limen.TCP, afINET, 160, 4, 8, 20, 24, 12, 16, 0},    // MIB_TCPROW_OWNER_MODULE
	{limen.TCP, afINET6, 192, 0, 20, 52, 56, 24, 44, 48}, // MIB_TCP6ROW_OWNER_MODULE
	{limen.UDP, afINET, 160, 0, 4, 8, 16, 0, 0, 0},       // MIB_UDPROW_OWNER_MODULE
	{limen.UDP, afINET6, 176, 0, 20, 24, 32, 0, 0, 0},    // MIB_UDP6ROW_OWNER_MODULE
}

// A tableRow is a socket as the table has it: with who made it by number only.
type tableRow struct {
	Socket
	pid  int    // of whoever made it; 0 once it belongs to nobody
	made uint64 // when it was bound, in the clock of a run's birth; 0 if unknown
}

var errTable = errors.New("a table of sockets is not as expected")

// parseTable reads a whole table: how many rows it has, and the rows.
func parseTable(b []byte, l tableLayout) ([]tableRow, error) {
	if len(b) < tableHeader {
		return nil, fmt.Errorf("%w: %d bytes", errTable, len(b))
	}
	n, rest := int64(binary.LittleEndian.Uint32(b)), b[tableHeader:]
	if n*int64(l.size) > int64(len(rest)) {
		return nil, fmt.Errorf("%w: %d rows in %d bytes", errTable, n, len(rest))
	}
	rows := make([]tableRow, 0, n)
	for range n {
		if row, ok := parseTableRow(rest[:l.size], l); ok {
			rows = append(rows, row)
		}
		rest = rest[l.size:]
	}
	return rows, nil
}

// mibStates are the states of MIB_TCP_STATE in tcpmib.h. DELETE_TCB, 12, is
// left out: it is a command and no state (RFC 4022, tcpConnectionState).
var mibStates = [...]limen.State{
	1: limen.Bound /* CLOSED */, 2: limen.Listening, 3: limen.SynSent, 4: limen.SynReceived,
	5: limen.Established, 6: limen.FinWait1, 7: limen.FinWait2, 8: limen.CloseWait,
	9: limen.Closing, 10: limen.LastAck, 11: limen.TimeWait,
}

// parseTableRow reads one row. ok is false for a state that is not known here.
func parseTableRow(b []byte, l tableLayout) (row tableRow, ok bool) {
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	row.State = limen.Open
	if l.transport == limen.TCP {
		state := word(l.state)
		if state >= uint32(len(mibStates)) || mibStates[state] == 0 {
			return row, false
		}
		row.State = mibStates[state]
		// The peer of a listener is left over from whatever had its memory
		// before (MIB_TCPROW_OWNER_PID in the reference, dwRemotePort).
		if !row.State.Waits() {
			row.Peer = tableAddr(b, l.peer, l.peerPort, l.family)
		}
	}
	local := tableAddr(b, l.local, l.localPort, l.family)
	row.Local = limen.Endpoint{Transport: l.transport, Addr: local}
	// A socket that answers both families has a row in both tables, so what
	// a row says of its own is all there is to say (nodejs/node#9390).
	row.Families = familiesOf(local.Addr(), true)
	row.pid, row.made = int(word(l.pid)), binary.LittleEndian.Uint64(b[l.made:])
	return row, true
}

// tableAddr reads an address in network order; its scope, which follows an
// IPv6 address; and a port in network order, of which only the first two
// bytes count, for the others may hold anything (the same reference).
func tableAddr(b []byte, at, portAt int, family byte) netip.AddrPort {
	port := binary.BigEndian.Uint16(b[portAt:])
	if family == afINET {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[at:])), port)
	}
	a := netip.AddrFrom16([16]byte(b[at:]))
	if scope := binary.LittleEndian.Uint32(b[at+16:]); scope != 0 && a.IsLinkLocalUnicast() {
		a = a.WithZone(strconv.FormatUint(uint64(scope), 10)) // as Windows itself writes zones
	}
	return netip.AddrPortFrom(a, port)
}
