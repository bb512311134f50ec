package sockets

import (
	"encoding/binary"
	"net/netip"

	"github.com/limenhq/limen"
)

// An inpcb is what the tables of FreeBSD and macOS tell of a socket's two ends:
// struct inpcb of netinet/in_pcb.h, which both took over from 4.4BSD.
type inpcb struct {
	transport       limen.Transport
	local, foreign  [16]byte // an IPv4 address stands in the last four bytes (struct in_addr_4in6)
	lport, fport    uint16
	versions        byte   // inp_vflag
	state           uint32 // t_state; of TCP alone
	generation      uint64 // inp_gencnt
	used, max       uint32 // connections that wait to be accepted
	uid             uint32
	hasNoDescriptor bool
}

// The bits of inp_vflag. The third is INP_IPV6PROTO on FreeBSD, where every
// socket made for IPv6 has it, and INP_V4MAPPEDV6 on macOS, where only those
// have it that were then given an IPv4 address. Beside INP_IPV4 alone both say
// the same.
const (
	versionIPv4 = 0x1 // INP_IPV4
	versionIPv6 = 0x2 // INP_IPV6
	versionMade = 0x4
)

// undescribed are the bits of so_state (sys/socketvar.h) that a socket has
// which no process holds: one that was closed and has something left to send,
// and those that wait to be accepted.
const undescribed = 0x0001 /* SS_NOFDREF */ | 0x0800 /* SS_INCOMP, SQ_INCOMP */ | 0x1000 /* SS_COMP, SQ_COMP */

// bsdStates are the states of a TCP connection by number: netinet/tcp_fsm.h,
// alike on both systems.
var bsdStates = [...]limen.State{
	limen.Bound /* TCPS_CLOSED */, limen.Listening, limen.SynSent, limen.SynReceived,
	limen.Established, limen.CloseWait, limen.FinWait1, limen.Closing,
	limen.LastAck, limen.FinWait2, limen.TimeWait,
}

// socket says what the socket is. Interfaces are named by zone. ok is false
// for a state or an IP version that the headers do not have.
func (p inpcb) socket(zone func(uint16) string) (s Socket, ok bool) {
	s.State = limen.Open
	switch {
	case p.transport == limen.TCP && p.state >= uint32(len(bsdStates)), p.versions&(versionIPv4|versionIPv6) == 0:
		return s, false
	case p.transport == limen.TCP:
		s.State = bsdStates[p.state]
	case p.fport != 0:
		s.State = limen.Established
	}
	s.Local = limen.Endpoint{Transport: p.transport, Addr: netip.AddrPortFrom(p.address(p.local, zone), p.lport)}
	if p.fport != 0 && !s.State.Waits() {
		s.Peer = netip.AddrPortFrom(p.address(p.foreign, zone), p.fport)
	}
	if p.versions&versionIPv4 != 0 {
		s.Families = append(s.Families, limen.IPv4)
	}
	if p.versions&versionIPv6 != 0 {
		s.Families = append(s.Families, limen.IPv6)
	}
	if s.State == limen.Listening {
		s.Backlog = &limen.Backlog{Used: p.used, Max: p.max}
	}
	if !p.hasNoDescriptor {
		s.UID, s.Number = p.uid, numberOf(p.transport, p.generation)
	}
	return s, true
}

// numberOf returns the number of a socket. Each transport counts its sockets,
// and never gives a number twice between two starts of the machine.
func numberOf(t limen.Transport, generation uint64) uint64 {
	if t == limen.UDP && generation != 0 {
		return generation<<1 | 1
	}
	return generation << 1
}

// address reads an address in network order.
func (p inpcb) address(b [16]byte, zone func(uint16) string) netip.Addr {
	if p.versions&versionIPv6 != 0 {
		return scopedAddr(b, zone)
	}
	v4 := netip.AddrFrom4([4]byte(b[12:]))
	if p.versions&versionMade != 0 {
		return netip.AddrFrom16(v4.As16()) // as the program itself sees it
	}
	return v4
}

// scopedAddr reads an IPv6 address in which the kernel keeps the number of the
// interface that it is on, where the address itself has zeros (RFC 4291,
// section 2.5.6): IN6_IS_SCOPE_EMBED and in6_embedscope of netinet6/scope6.c.
func scopedAddr(b [16]byte, zone func(uint16) string) netip.Addr {
	a := netip.AddrFrom16(b)
	number := binary.BigEndian.Uint16(b[2:])
	if number == 0 || !a.IsLinkLocalUnicast() && !a.IsLinkLocalMulticast() && !a.IsInterfaceLocalMulticast() {
		return a
	}
	b[2], b[3] = 0, 0
	return netip.AddrFrom16(b).WithZone(zone(number))
}
