package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// The tables net.inet.tcp.pcblist_n and net.inet.udp.pcblist_n of macOS are a
// header, struct xinpgen, and then for every socket several records that each
// begin with their size and kind and are padded to eight bytes (get_pcblist_n
// in bsd/netinet/in_pcblist.c). Another header ends it. Kinds are those of
// bsd/sys/socketvar.h. All structs are packed to four bytes.
const (
	xsoHeaderSize = 24

	xsoSocket = 0x001 // struct xsocket_n of bsd/sys/socketvar.h
	xsoINPCB  = 0x010 // struct xinpcb_n of bsd/netinet/in_pcb.h; the first of each socket's
	xsoTCPCB  = 0x020 // struct xtcpcb_n of bsd/netinet/tcp_var.h
)

// xsoSizes are the sizes that each kind of record is known in. These structs
// are private to the system, and one of another size may have its fields
// elsewhere. Kinds that are not here are not looked into.
var xsoSizes = map[uint32][]uint32{
	xsoSocket: {76, 104}, // without and with what follows so_e_pid
	xsoINPCB:  {104},
	xsoTCPCB:  {204},
}

// Where the fields stand in the records.
const (
	xsoAddress    = 8  // xso_so, made unrecognisable
	xsoSockState  = 26 // so_state
	xsoQueue      = 44 // so_qlen: all that wait to be accepted,
	xsoQueueHalf  = 46 // so_incqlen: and those of them that are not yet connected
	xsoQueueLimit = 48 // so_qlimit
	xsoUID        = 64 // so_uid
	xsoLast       = 68 // so_last_pid

	xinPeerPort   = 16 // inp_fport
	xinPort       = 18 // inp_lport
	xinGeneration = 28 // inp_gencnt
	xinVersions   = 44 // inp_vflag
	xinPeer       = 48 // inp_dependfaddr
	xinLocal      = 64 // inp_dependladdr

	xtcState = 36 // t_state
)

// parsePCBListN reads a whole table of macOS.
func parsePCBListN(b []byte, t limen.Transport, zone func(uint16) string) (rows []pcbRow, err error) {
	if len(b) < xsoHeaderSize {
		return nil, errCut
	}
	if has := binary.LittleEndian.Uint32(b); has != xsoHeaderSize {
		return nil, errLayout("a table of sockets with a header", uint64(has), xsoHeaderSize)
	}
	var records xsoRecords
	for b = b[xsoHeaderSize:]; len(b) >= 8; {
		size, kind := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		if size == xsoHeaderSize {
			break // its kind is a count
		}
		padded := (uint64(size) + 7) &^ 7
		switch known := xsoSizes[kind]; {
		case padded > uint64(len(b)):
			return nil, errCut
		case known != nil && !slices.Contains(known, size):
			return nil, errLayout(fmt.Sprintf("a record of kind %#x", kind), uint64(size), uint64(known[len(known)-1]))
		case padded < 8:
			return nil, errLayout(fmt.Sprintf("a record of kind %#x", kind), uint64(size), 8)
		}
		if kind == xsoINPCB && records != nil {
			if rows, err = records.appendTo(rows, t, zone); err != nil {
				return nil, err
			}
			records = nil
		}
		if records == nil {
			records = xsoRecords{}
		}
		records[kind] = b[:size]
		b = b[padded:]
	}
	if records != nil {
		return records.appendTo(rows, t, zone)
	}
	return rows, nil
}

// xsoRecords are the records of one socket, by kind.
type xsoRecords map[uint32][]byte

// appendTo appends the row that the records are, if its state is known.
func (r xsoRecords) appendTo(rows []pcbRow, t limen.Transport, zone func(uint16) string) ([]pcbRow, error) {
	in, so, tcp := r[xsoINPCB], r[xsoSocket], r[xsoTCPCB]
	if in == nil || so == nil || (t == limen.TCP) != (tcp != nil) {
		return nil, fmt.Errorf("%w: a socket without the records that are known", errors.ErrUnsupported)
	}
	var state uint32
	if tcp != nil {
		state = binary.LittleEndian.Uint32(tcp[xtcState:])
	}
	half := func(at int) uint16 { return binary.LittleEndian.Uint16(so[at:]) }
	row := pcbRow{
		address: binary.LittleEndian.Uint64(so[xsoAddress:]),
		last:    int(int32(binary.LittleEndian.Uint32(so[xsoLast:]))),
	}
	var ok bool
	row.Socket, ok = inpcb{
		transport: t, state: state,
		local: [16]byte(in[xinLocal:]), lport: binary.BigEndian.Uint16(in[xinPort:]),
		foreign: [16]byte(in[xinPeer:]), fport: binary.BigEndian.Uint16(in[xinPeerPort:]),
		versions:        in[xinVersions],
		generation:      binary.LittleEndian.Uint64(in[xinGeneration:]),
		used:            acceptable(half(xsoQueue), half(xsoQueueHalf)),
		max:             uint32(half(xsoQueueLimit)),
		uid:             binary.LittleEndian.Uint32(so[xsoUID:]),
		hasNoDescriptor: row.address == 0 || half(xsoSockState)&undescribed != 0,
	}.socket(zone)
	if !ok {
		return rows, nil
	}
	return append(rows, row), nil
}

// acceptable is how many connections a program could accept, where the kernel
// counts them together with those that are not yet connected.
func acceptable(all, half uint16) uint32 { return uint32(all - min(half, all)) }

// ownStack reports whether a row that waits is none of the kernel's sockets:
// macOS also lists those of programs that keep a network stack of their own
// (nstat_userland_list_snapshot in bsd/net/ntstat.c). The process that the
// table names for it becomes a candidate.
func (row *pcbRow) ownStack(kinfos func() (map[int]kinfo, error)) (limen.Gap, bool) {
	if row.address != 0 || row.last <= 0 || !row.State.Waits() {
		return limen.Gap{}, false
	}
	row.Absence = Hidden
	if all, err := kinfos(); err == nil {
		row.Holders = candidate(row.last, all)
	}
	return limen.Gap{
		What: fmt.Sprintf("who holds %s", row.Local),
		Why:  "it is no socket of the kernel's but of a program's own network stack, and the system tells only who used it last",
	}, true
}

// guess makes candidates of the processes that used sockets last, for those of
// s whose holders may not be seen. The table tells that to any user; a process
// may have passed the socket on since.
func (s *search) guess(unheld []int, rows []pcbRow, all map[int]kinfo) {
	last := map[uint64]int{}
	for _, row := range rows {
		last[row.Number] = row.last
	}
	for _, i := range unheld {
		if holders := candidate(last[s.socks[i].Number], all); holders != nil {
			s.socks[i].Holders = holders
		}
	}
}

// candidate returns the run that has a number now as a candidate; nil if there
// is none.
func candidate(pid int, all map[int]kinfo) []Holder {
	k, ok := all[pid]
	if !ok || pid <= 0 {
		return nil
	}
	return []Holder{{limen.ProcessID{PID: pid, Birth: k.birth}, limen.Candidate}}
}
