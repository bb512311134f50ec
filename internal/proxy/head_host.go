package proxy

import (
	"bytes"
	"math"
	"net/netip"
)

func (h *head) noteHost(b []byte, value span) breach {
	switch {
	case h.isAnswer:
		return 0
	case h.hasHost:
		return breachHosts
	case !isAuthority(value.of(b)):
		return breachHost
	}
	h.hasHost, h.host = true, value
	return 0
}

// address finds out which host is meant. A Host that says something else than
// the target does has to be ignored (RFC 9112, 3.2.2), which not everybody
// knows.
func (h *head) address(b []byte) breach {
	if !h.hasHost && h.minor > 0 {
		return breachNoHost
	}
	target := h.target.of(b)
	from, to, ok := 0, len(target), true
	if h.framing != framedAsTunnel {
		from, to, ok = absolute(target)
	}
	switch {
	case !ok:
	case !h.hasHost:
		h.host = span{h.target.from + uint32(from), h.target.from + uint32(to)}
	case !isSameAuthority(h.host.of(b), target[from:to], from == len("https://")):
		return breachAuthority
	}
	return 0
}

// isAuthority reports whether b is a host, with or without a port, and nothing
// else: no user, no path, and nothing encoded.
func isAuthority(b []byte) bool {
	host, port := splitPort(b)
	if port != nil && !isPort(port) {
		return false
	}
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		a, err := netip.ParseAddr(string(host[1 : len(host)-1]))
		return err == nil && a.Is6() && a.Zone() == ""
	}
	return len(host) > 0 && isAll(host, inHost)
}

// isPort reports whether b is a number that a port can have: some readers would
// take the rest of a larger one for a port.
func isPort(b []byte) bool {
	if len(b) == 0 || len(b) > 5 || !isAll(b, inNumber) {
		return false
	}
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n <= math.MaxUint16
}

// splitPort takes apart a host and its port, which is nil if there is none.
func splitPort(b []byte) (host, port []byte) {
	i := bytes.LastIndexByte(b, ':')
	if i < 0 || bytes.IndexByte(b[i:], ']') >= 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// isSameAuthority reports whether two authorities mean the same place. The port
// that goes with a scheme need not be named (RFC 9110, 4.2.3).
func isSameAuthority(a, b []byte, isTLS bool) bool {
	usual := "80"
	if isTLS {
		usual = "443"
	}
	hostA, portA := splitPort(a)
	hostB, portB := splitPort(b)
	return bytes.EqualFold(hostA, hostB) && isSamePort(portA, portB, usual)
}

func isSamePort(a, b []byte, usual string) bool {
	switch {
	case a == nil:
		return b == nil || string(b) == usual
	case b == nil:
		return string(a) == usual
	}
	return string(a) == string(b)
}
