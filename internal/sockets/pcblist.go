package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/limenhq/limen"
)

// A pcbRow is a row of the table of FreeBSD or macOS.
type pcbRow struct {
	Socket
	address uint64 // by which the kernel knows the socket; 0 if it has none
	last    int    // the process that used it last; 0 where the table does not say
}

// errCut says that a table ends in the middle of a row.
var errCut = errors.New("a table of the kernel ends in the middle of a row")

// errLayout says that a table is of another version of the system than those
// whose headers were read.
func errLayout(what string, has, known uint64) error {
	return fmt.Errorf("%w: %s of %d bytes; that of %d is known", errors.ErrUnsupported, what, has, known)
}

// Where the fields stand in the tables net.inet.tcp.pcblist and
// net.inet.udp.pcblist of FreeBSD 12.2 to 15, on processors of 64 bits with the
// low byte first. UDP's rows are struct xinpcb of netinet/in_pcb.h, which holds
// struct xsocket of sys/socketvar.h; TCP's are struct xtcpcb of
// netinet/tcp_var.h, which holds struct xinpcb. Every row begins with its size.
const (
	pcbHeaderSize = 64  // struct xinpgen, which also ends the table
	pcbSize       = 400 // struct xinpcb
	tcpPCBSize    = 744 // struct xtcpcb

	pcbAddress    = 16  // xi_socket.xso_so
	pcbQueue      = 112 // xi_socket.so_qlen: accepted by the kernel, not yet by the program
	pcbQueueLimit = 120 // xi_socket.so_qlimit
	pcbUID        = 128 // xi_socket.so_uid
	pcbSockState  = 170 // xi_socket.so_state
	pcbPeerPort   = 252 // inp_inc.inc_ie.ie_fport
	pcbPort       = 254 // inp_inc.inc_ie.ie_lport
	pcbPeer       = 256 // inp_inc.inc_ie.ie_dependfaddr
	pcbLocal      = 272 // inp_inc.inc_ie.ie_dependladdr
	pcbGeneration = 296 // inp_gencnt
	pcbVersions   = 392 // inp_vflag

	tcpPCBInner  = 8   // xt_inp
	tcpPCBState  = 568 // t_state
	tcpPCBExpiry = 604 // tt_2msl, in milliseconds
)

// parsePCBList reads a whole table of FreeBSD.
func parsePCBList(b []byte, t limen.Transport, zone func(uint16) string) (rows []pcbRow, err error) {
	size := uint64(pcbSize)
	if t == limen.TCP {
		size = tcpPCBSize
	}
	for first := true; ; first = false {
		if len(b) < 8 {
			return nil, errCut
		}
		has := binary.LittleEndian.Uint64(b)
		switch {
		case first && has != pcbHeaderSize:
			return nil, errLayout("a table of sockets with a header", has, pcbHeaderSize)
		case !first && has == pcbHeaderSize:
			return rows, nil
		case !first && has != size:
			return nil, errLayout("a row of the table of sockets", has, size)
		case has > uint64(len(b)):
			return nil, errCut
		}
		if !first {
			if row, ok := parsePCB(b[:has], t, zone); ok {
				rows = append(rows, row)
			}
		}
		b = b[has:]
	}
}

// parsePCB reads one row, of the size that the table's rows have.
func parsePCB(b []byte, t limen.Transport, zone func(uint16) string) (row pcbRow, ok bool) {
	var state, expiry uint32
	if t == limen.TCP {
		state, expiry = binary.LittleEndian.Uint32(b[tcpPCBState:]), binary.LittleEndian.Uint32(b[tcpPCBExpiry:])
		b = b[tcpPCBInner:]
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	row.address = binary.LittleEndian.Uint64(b[pcbAddress:])
	row.Socket, ok = inpcb{
		transport: t, state: state,
		local: [16]byte(b[pcbLocal:]), lport: binary.BigEndian.Uint16(b[pcbPort:]),
		foreign: [16]byte(b[pcbPeer:]), fport: binary.BigEndian.Uint16(b[pcbPeerPort:]),
		versions:   b[pcbVersions],
		generation: binary.LittleEndian.Uint64(b[pcbGeneration:]),
		used:       word(pcbQueue), max: word(pcbQueueLimit), uid: word(pcbUID),
		// A connection that has no socket yet, or no longer, has no address.
		hasNoDescriptor: row.address == 0 || binary.LittleEndian.Uint16(b[pcbSockState:])&undescribed != 0,
	}.socket(zone)
	if row.State == limen.TimeWait && row.Number == 0 && int32(expiry) > 0 {
		row.Remaining = time.Duration(expiry) * time.Millisecond
	}
	return row, ok
}

// An openFile is a socket that a process holds a descriptor of.
type openFile struct {
	pid     int
	address uint64 // of the socket
}

// Where the fields stand in struct xfile of sys/file.h, of which FreeBSD's
// table kern.file has one for each descriptor of each process. Every row begins
// with its size.
const (
	fileSize    = 128
	filePID     = 8  // xf_pid
	fileType    = 32 // xf_type
	fileAddress = 56 // xf_data

	fileIsSocket = 2 // DTYPE_SOCKET
)

// parseFiles reads which processes hold which sockets.
func parseFiles(b []byte) (files []openFile, err error) {
	for ; len(b) > 0; b = b[fileSize:] {
		if len(b) < 8 {
			return nil, errCut
		}
		if has := binary.LittleEndian.Uint64(b); has != fileSize {
			return nil, errLayout("a row of the table of files", has, fileSize)
		}
		if len(b) < fileSize {
			return nil, errCut
		}
		if binary.LittleEndian.Uint16(b[fileType:]) == fileIsSocket {
			files = append(files, openFile{
				int(int32(binary.LittleEndian.Uint32(b[filePID:]))), binary.LittleEndian.Uint64(b[fileAddress:]),
			})
		}
	}
	return files, nil
}

// claims says which of the wanted sockets the files are. Files know sockets by
// the kernel's address, which another socket can have soon after. So rows have
// to be read after the files: a socket that still has the number that is never
// given twice had that address when the files were read.
func (s *search) claims(files []openFile, rows []pcbRow) (all []claim) {
	at := map[uint64]int{}
	for _, row := range rows {
		if i, ok := s.wanted[row.Number]; ok {
			at[row.address] = i
		}
	}
	for _, f := range files {
		if i, ok := at[f.address]; ok {
			all = append(all, claim{i, f.pid})
		}
	}
	return all
}
