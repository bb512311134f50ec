package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/limenhq/limen"
)

// A sighting is one change of a TCP socket's state as the kernel saw it: it
// began to listen, or ceased to.
type sighting struct {
	when   uint64 // nanoseconds of CLOCK_MONOTONIC
	opened bool   // it began to listen; else it ceased to
	socket Socket // without its backlog's fill; Number can be 0, as of a socket of the kernel's own
	device uint32 // the number of the interface it is tied to; 0 if none
	caller Caller // of an opened one
}

// Where the parts of a sighting stand, as the kernel's program writes them, in
// the machine's byte order. What is opened has a caller behind it.
const (
	sightWhen     = 0  // u64
	sightNumber   = 8  // u64: of the inode
	sightBirth    = 16 // u64: of the caller, nanoseconds since boot
	sightPID      = 24 // u32: of the caller
	sightUID      = 28 // u32
	sightDevice   = 32 // u32
	sightBacklog  = 36 // u32
	sightFamily   = 40 // u16
	sightPort     = 42 // u16, in the machine's order
	sightState    = 44 // u16: the new one, of include/net/tcp_states.h
	sightV6Only   = 46 // u16: not 0 if it answers IPv6 alone
	sightV6       = 48 // sixteen bytes
	sightV4       = 64 // four bytes
	sightArgsSize = 68 // u32: how much of the arguments follows
	sightCookie   = 72 // u64
	sightClosed   = 80 // the whole of one that closed

	sightName   = 80 // sixteen bytes: the name of the caller's first thread (TASK_COMM_LEN)
	sightArgs   = 96 // its arguments, each with a zero byte behind it
	argsLimit   = 256
	sightOpened = sightArgs + argsLimit // the whole of one that opened
)

// Of include/net/tcp_states.h.
const (
	tcpClose  = 7
	tcpListen = 10
)

var errSighting = errors.New("an event of the kernel is not as expected")

// parseSighting reads what the kernel's program wrote.
func parseSighting(b []byte) (s sighting, err error) {
	if len(b) < sightClosed {
		return s, fmt.Errorf("%w: %d bytes", errSighting, len(b))
	}
	word := func(at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }
	half := func(at int) uint16 { return binary.NativeEndian.Uint16(b[at:]) }
	double := func(at int) uint64 { return binary.NativeEndian.Uint64(b[at:]) }

	s.when, s.opened, s.device = double(sightWhen), half(sightState) == tcpListen, word(sightDevice)
	if !s.opened && half(sightState) != tcpClose || s.opened && len(b) < sightOpened {
		return s, fmt.Errorf("%w: state %d in %d bytes", errSighting, half(sightState), len(b))
	}
	var addr netip.Addr
	switch half(sightFamily) {
	case afINET:
		addr = netip.AddrFrom4([4]byte(b[sightV4:]))
	case afINET6:
		addr = netip.AddrFrom16([16]byte(b[sightV6:]))
	default:
		return s, fmt.Errorf("%w: address family %d", errSighting, half(sightFamily))
	}
	s.socket = Socket{
		Local: limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(addr, half(sightPort))},
		State: limen.Listening, Families: familiesOf(addr, half(sightV6Only) != 0),
		Backlog: &limen.Backlog{Max: word(sightBacklog)}, UID: word(sightUID), Number: double(sightNumber), cookie: double(sightCookie),
	}
	if !s.opened {
		return s, nil
	}
	s.caller.ProcessID = limen.ProcessID{PID: int(word(sightPID)), Birth: double(sightBirth) / tick}
	s.caller.Name, _, _ = strings.Cut(string(b[sightName:sightArgs]), "\x00")
	s.caller.Command = splitArgs(b[sightArgs : sightArgs+min(word(sightArgsSize), argsLimit)])
	s.socket.Holders = []Holder{{s.caller.ProcessID, limen.Proved}}
	return s, nil
}

// tick is the unit of start times in /proc/PID/stat: a USER_HZ, which the
// kernel's interfaces fix at 100 a second on every architecture that Go has
// (include/uapi/asm-generic/param.h), in nanoseconds.
const tick = 1e9 / 100

// splitArgs takes arguments apart, each of which a zero byte ends, but perhaps
// the last. Memory that could not be read is all zero, and is no arguments.
func splitArgs(b []byte) []string {
	text := strings.TrimSuffix(string(b), "\x00")
	if strings.Trim(text, "\x00") == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}

// place names the interface that the socket is tied to: in its address, where
// that means nothing without one, as parseDiag does.
func (s *sighting) place(device func(uint32) string) {
	if s.device == 0 {
		return
	}
	local := &s.socket.Local
	name := device(s.device)
	if a := local.Address(); a.Is6() && a.IsLinkLocalUnicast() {
		local.Addr = netip.AddrPortFrom(a.WithZone(name), local.Port())
		return
	}
	s.socket.Device = name
}
