package sockets

import (
	"encoding/binary"

	"github.com/limenhq/limen"
)

// Numbers of bsd/sys/proc_info.h, which macOS publishes.
const (
	descriptorSize   = 8 // struct proc_fdinfo: proc_fd, proc_fdtype
	descriptorSocket = 2 // PROX_FDTYPE_SOCKET

	socketInfoIn  = 1 // SOCKINFO_IN
	socketInfoTCP = 2 // SOCKINFO_TCP
)

// parseDescriptors reads the descriptors of a process, and returns those that
// are sockets.
func parseDescriptors(b []byte) (fds []int) {
	for ; len(b) >= descriptorSize; b = b[descriptorSize:] {
		if binary.LittleEndian.Uint32(b[4:]) == descriptorSocket {
			fds = append(fds, int(int32(binary.LittleEndian.Uint32(b))))
		}
	}
	return fds
}

// Where the fields stand in struct socket_fdinfo.
const (
	sfdSize       = 792
	sfdProtocol   = 180 // psi.soi_protocol
	sfdSockState  = 192 // psi.soi_state
	sfdQueue      = 194 // psi.soi_qlen
	sfdQueueHalf  = 196 // psi.soi_incqlen
	sfdQueueLimit = 198 // psi.soi_qlimit
	sfdKind       = 256 // psi.soi_kind
	sfdPeerPort   = 264 // psi.soi_proto.pri_in.insi_fport, 16 bits in network order
	sfdPort       = 268 // insi_lport
	sfdGeneration = 272 // insi_gencnt
	sfdVersions   = 288 // insi_vflag
	sfdPeer       = 296 // insi_faddr
	sfdLocal      = 312 // insi_laddr
	sfdState      = 344 // psi.soi_proto.pri_tcp.tcpsi_state
)

// parseSocketFD reads what a descriptor leads to. It is told for a process, so
// the user who made the socket is not in it. ok is false for what is neither
// TCP nor UDP.
func parseSocketFD(b []byte, zone func(uint16) string) (s Socket, ok bool, err error) {
	if len(b) != sfdSize {
		return s, false, errLayout("what is told of a descriptor", uint64(len(b)), sfdSize)
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	half := func(at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
	p := inpcb{
		local: [16]byte(b[sfdLocal:]), lport: binary.BigEndian.Uint16(b[sfdPort:]),
		foreign: [16]byte(b[sfdPeer:]), fport: binary.BigEndian.Uint16(b[sfdPeerPort:]),
		versions:        b[sfdVersions],
		generation:      binary.LittleEndian.Uint64(b[sfdGeneration:]),
		used:            acceptable(half(sfdQueue), half(sfdQueueHalf)),
		max:             uint32(half(sfdQueueLimit)),
		hasNoDescriptor: half(sfdSockState)&undescribed != 0,
	}
	switch kind := word(sfdKind); {
	case kind == socketInfoTCP:
		p.transport, p.state = limen.TCP, word(sfdState)
	case kind == socketInfoIn && word(sfdProtocol) == ipUDP:
		p.transport = limen.UDP
	default:
		return s, false, nil
	}
	s, ok = p.socket(zone)
	return s, ok, nil
}
