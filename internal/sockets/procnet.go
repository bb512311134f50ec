package sockets

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// parseProcNet reads /proc/net/tcp, tcp6, udp or udp6, whole. Its rows tell
// neither whether an IPv6 socket answers IPv4 nor its control group.
func parseProcNet(text string, t limen.Transport) ([]Socket, error) {
	var socks []Socket
	first := true
	for line := range strings.Lines(text) {
		if first { // the names of the columns
			first = false
			continue
		}
		s, ok, err := parseProcNetRow(line, t)
		if err != nil {
			return nil, fmt.Errorf("row %q: %w", line, err)
		}
		if ok {
			socks = append(socks, s)
		}
	}
	return socks, nil
}

// parseProcNetRow reads one row, as get_tcp4_sock of net/ipv4/tcp_ipv4.c
// writes it:
//
//	0: 0100007F:0BB8 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000  0 12345 …
func parseProcNetRow(line string, t limen.Transport) (s Socket, ok bool, err error) {
	f := strings.Fields(line)
	if len(f) < 10 {
		return s, false, errors.New("fewer than ten columns")
	}
	local, err := parseProcNetAddr(f[1])
	if err != nil {
		return s, false, err
	}
	peer, err := parseProcNetAddr(f[2])
	if err != nil {
		return s, false, err
	}
	state, err := strconv.ParseUint(f[3], 16, 8)
	if err != nil {
		return s, false, err
	}
	if s.State, ok = stateOf(t, byte(state)); !ok {
		return s, false, nil
	}
	uid, err := strconv.ParseUint(f[7], 10, 32)
	if err != nil {
		return s, false, err
	}
	if s.Number, err = strconv.ParseUint(f[9], 10, 64); err != nil {
		return s, false, err
	}
	s.Local, s.UID = limen.Endpoint{Transport: t, Addr: local}, uint32(uid)
	s.Families = familiesOf(local.Addr(), false)
	if peer.Port() != 0 {
		s.Peer = peer
	}
	return s, true, nil
}

// parseProcNetAddr reads "0100007F:0BB8": the address in 32-bit words of the
// host's byte order, then the port.
func parseProcNetAddr(text string) (netip.AddrPort, error) {
	addr, port, ok := strings.Cut(text, ":")
	b, err := hex.DecodeString(addr)
	if !ok || err != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, fmt.Errorf("%q is not an address in hexadecimal words", text)
	}
	p, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q does not end in a port", text)
	}
	if littleEndian {
		for at := 0; at < len(b); at += 4 {
			slices.Reverse(b[at : at+4])
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a, uint16(p)), nil
}
