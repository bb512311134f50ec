package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/limenhq/limen"
)

// Numbers of include/uapi/linux/inet_diag.h, sock_diag.h and
// include/net/tcp_states.h.
const (
	sockDiagByFamily = 20 // SOCK_DIAG_BY_FAMILY

	diagReqBytecode = 1  // INET_DIAG_REQ_BYTECODE
	diagSKV6Only    = 11 // INET_DIAG_SKV6ONLY
	diagCgroupID    = 21 // INET_DIAG_CGROUP_ID

	bytecodeSourceGE = 2 // INET_DIAG_BC_S_GE
	bytecodeSourceLE = 3 // INET_DIAG_BC_S_LE

	diagRequestSize = 56 // struct inet_diag_req_v2
	diagRowSize     = 72 // struct inet_diag_msg

	afINET, afINET6 = 2, 10 // include/linux/socket.h
	ipTCP, ipUDP    = 6, 17 // IANA protocol numbers
)

// tcpStates are the kernel's states of a socket, by number. UDP uses the
// first and the seventh.
var tcpStates = [...]limen.State{
	1: limen.Established, 2: limen.SynSent, 3: limen.SynReceived, 4: limen.FinWait1,
	5: limen.FinWait2, 6: limen.TimeWait, 7: limen.Bound /* TCP_CLOSE */, 8: limen.CloseWait,
	9: limen.LastAck, 10: limen.Listening, 11: limen.Closing, 12: limen.SynReceived, /* TCP_NEW_SYN_RECV */
	13: limen.Bound, /* TCP_BOUND_INACTIVE, since Linux 6.8 */
}

// stateOf returns the state with the kernel's number n.
func stateOf(t limen.Transport, n byte) (limen.State, bool) {
	if t == limen.UDP {
		if n == 1 {
			return limen.Established, true
		}
		return limen.Open, true
	}
	if int(n) >= len(tcpStates) || tcpStates[n] == 0 {
		return 0, false
	}
	return tcpStates[n], true
}

// A diagQuestion is one dump of one family and transport.
type diagQuestion struct {
	family    byte
	transport limen.Transport
	port      uint16 // 0 for all
	states    uint32 // a bit for each of the kernel's states
}

const allStates = 1<<14 - 1

// waitingStates are the states in which a socket of a transport waits. For
// more than TCPF_LISTEN the kernel walks over the whole table of connections,
// whose size goes with the machine's memory (inet_diag_dump_icsk of
// net/ipv4/inet_diag.c); a UDP socket without a peer is in TCPF_CLOSE.
func waitingStates(t limen.Transport) uint32 {
	if t == limen.UDP {
		return 1 << 7
	}
	return 1 << 10
}

// message writes the question as a netlink message's body.
func (q diagQuestion) message() []byte {
	b := make([]byte, diagRequestSize, diagRequestSize+20)
	b[0] = q.family
	b[1] = ipTCP
	if q.transport == limen.UDP {
		b[1] = ipUDP
	}
	binary.NativeEndian.PutUint32(b[4:], q.states)
	if q.port == 0 {
		return b
	}
	// Two instructions of struct inet_diag_bc_op { code, yes, no }, each with
	// its port in a second one: port >= p and port <= p. A jump to exactly
	// the end accepts, one beyond it refuses. (S_EQ is only since Linux 5.9.)
	b = binary.NativeEndian.AppendUint16(b, 20) // the attribute's length
	b = binary.NativeEndian.AppendUint16(b, diagReqBytecode)
	b = append(b, bytecodeSourceGE, 8)
	b = binary.NativeEndian.AppendUint16(b, 20)
	b = binary.NativeEndian.AppendUint16(b, 0)
	b = binary.NativeEndian.AppendUint16(b, q.port)
	b = append(b, bytecodeSourceLE, 8)
	b = binary.NativeEndian.AppendUint16(b, 12)
	b = binary.NativeEndian.AppendUint16(b, 0)
	b = binary.NativeEndian.AppendUint16(b, q.port)
	return b
}

var errDiagRow = errors.New("a row of the socket table is not as expected")

// parseDiag reads one struct inet_diag_msg and its attributes. Interfaces are
// named by number, as device(n), until someone knows better. ok is false for
// a row of a state that is not known here.
func parseDiag(b []byte, t limen.Transport, device func(uint32) string) (s Socket, ok bool, err error) {
	if len(b) < diagRowSize {
		return s, false, fmt.Errorf("%w: %d bytes", errDiagRow, len(b))
	}
	if s.State, ok = stateOf(t, b[1]); !ok {
		return s, false, nil
	}
	family, id := b[0], b[4:52]
	local, err := diagAddr(family, id[4:20])
	if err != nil {
		return s, false, err
	}
	peer, err := diagAddr(family, id[20:36])
	if err != nil {
		return s, false, err
	}
	if i := binary.NativeEndian.Uint32(id[36:]); i != 0 {
		s.Device = device(i)
		if local.IsLinkLocalUnicast() && local.Is6() {
			local, s.Device = local.WithZone(s.Device), ""
			if peer.IsLinkLocalUnicast() {
				peer = peer.WithZone(local.Zone())
			}
		}
	}
	s.Local = limen.Endpoint{Transport: t, Addr: netip.AddrPortFrom(local, binary.BigEndian.Uint16(id))}
	if port := binary.BigEndian.Uint16(id[2:]); port != 0 {
		s.Peer = netip.AddrPortFrom(peer, port)
	}
	word := func(at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
	s.UID, s.Number, s.cookie = word(64), uint64(word(68)), uint64(word(44))|uint64(word(48))<<32
	switch s.State {
	case limen.Listening:
		s.Backlog = &limen.Backlog{Used: word(56), Max: word(60)}
	case limen.TimeWait, limen.FinWait2:
		if s.Number == 0 {
			s.Remaining = time.Duration(word(52)) * time.Millisecond
		}
	}
	only := false
	for kind, value := range attributes(b[diagRowSize:]) {
		switch {
		case kind == diagSKV6Only && len(value) >= 1:
			only = value[0] != 0
		case kind == diagCgroupID && len(value) >= 8:
			s.cgroup = binary.NativeEndian.Uint64(value)
		}
	}
	s.Families = familiesOf(local, only)
	return s, true, nil
}

// diagAddr reads an address of struct inet_diag_sockid, in network order.
func diagAddr(family byte, b []byte) (netip.Addr, error) {
	switch family {
	case afINET:
		return netip.AddrFrom4([4]byte(b)), nil
	case afINET6:
		return netip.AddrFrom16([16]byte(b)), nil
	}
	return netip.Addr{}, fmt.Errorf("%w: address family %d", errDiagRow, family)
}

// familiesOf says which IP versions a socket bound to a answers: an IPv6
// wildcard both, unless it was told to keep to its own (IPV6_V6ONLY, RFC 3493
// section 5.3); a mapped address only IPv4 (section 3.7).
func familiesOf(a netip.Addr, only bool) []limen.Family {
	switch {
	case a.Unmap().Is4():
		return []limen.Family{limen.IPv4}
	case a.IsUnspecified() && !only:
		return []limen.Family{limen.IPv4, limen.IPv6}
	}
	return []limen.Family{limen.IPv6}
}

// attributes walks over netlink attributes: struct nlattr { len, type } and
// a value, each aligned to four bytes. It ends at the first that is cut.
func attributes(b []byte) func(yield func(kind uint16, value []byte) bool) {
	const header = 4
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= header {
			n := int(binary.NativeEndian.Uint16(b))
			if n < header || n > len(b) {
				return
			}
			const nested = 1<<15 | 1<<14 // NLA_F_NESTED, NLA_F_NET_BYTEORDER
			if !yield(binary.NativeEndian.Uint16(b[2:])&^nested, b[header:n]) {
				return
			}
			b = b[min((n+3)&^3, len(b)):]
		}
	}
}

// byNumber names an interface that nobody knows the name of.
func byNumber(n uint32) string { return "interface " + strconv.FormatUint(uint64(n), 10) }
