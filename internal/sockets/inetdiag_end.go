package sockets

import (
	"encoding/binary"
	"net/netip"
)

// An endQuestion is for one socket: that with both of these addresses.
type endQuestion struct {
	local, peer netip.AddrPort
}

// message writes the question as a netlink message's body: struct inet_diag_req_v2,
// with struct inet_diag_sockid from its ninth byte on. To IPv4 belongs also a
// socket of IPv6 with mapped addresses: the kernel finds connections of both in one
// table (inet_diag_find_one_icsk of net/ipv4/inet_diag.c).
func (q endQuestion) message() []byte {
	b := make([]byte, diagRequestSize)
	local, peer := q.local.Addr().Unmap(), q.peer.Addr().Unmap()
	b[0], b[1] = afINET, ipTCP
	if local.Is6() {
		b[0] = afINET6
	}
	binary.NativeEndian.PutUint32(b[4:], allStates)
	id := b[8:]
	binary.BigEndian.PutUint16(id, q.local.Port())
	binary.BigEndian.PutUint16(id[2:], q.peer.Port())
	copy(id[4:20], local.AsSlice())
	copy(id[20:36], peer.AsSlice())
	binary.NativeEndian.PutUint64(id[40:], noCookie)
	return b
}

// noCookie is INET_DIAG_NOCOOKIE, twice: whatever the socket's cookie is.
const noCookie = 1<<64 - 1

// matches reports whether a socket is the one that was asked for. Where there is
// none, the kernel answers with one that listens at the local address.
func (q endQuestion) matches(s Socket) bool {
	return plain(s.Local.Addr) == plain(q.local) && plain(s.Peer) == plain(q.peer)
}

// plain is an address as the other family would not write it.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
