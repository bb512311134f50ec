package limen

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// cutWord splits off the first word of a query's text form, which may hold one
// quoted value with spaces in it, as in text:"two words".
func cutWord(s string) (word, rest string, err error) {
	end := strings.IndexAny(s, " \"")
	switch {
	case end < 0:
		return s, "", nil
	case s[end] == ' ':
		return s[:end], s[end:], nil
	}
	quoted, err := strconv.QuotedPrefix(s[end:])
	if err != nil {
		return "", "", fmt.Errorf("%q has a quote that does not end", s)
	}
	rest = s[end+len(quoted):]
	if rest != "" && rest[0] != ' ' {
		return "", "", fmt.Errorf("%q goes on after the quote ends; put a space there", s)
	}
	value, err := strconv.Unquote(quoted)
	if err != nil {
		return "", "", fmt.Errorf("%s is not quoted as Go quotes: %w", quoted, err)
	}
	return s[:end] + value, rest, nil
}

// quoteWord quotes a value that cutWord would otherwise take apart, or that a
// person could not read on one line.
func quoteWord(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r > '~' }) {
		return strconv.Quote(s)
	}
	return s
}

// A place is what one bare word of a query says about where: any of its parts
// can be zero.
type place struct {
	transport Transport
	address   netip.Addr
	ports     PortRange
}

// parsePlace reads a bare word as a place: 3000, :3000-3010, 53/udp,
// udp/53, 127.0.0.1, [::1]:3000, tcp/127.0.0.1:3000. It reports false for a
// word that has no such form, and an error for one that has it and cannot be.
func parsePlace(word string) (p place, ok bool, err error) {
	where := word
	if before, after, cut := strings.Cut(word, "/"); cut {
		// Both orders are met: limen writes udp/127.0.0.1:53, services(5) 53/udp.
		if t, err := ParseTransport(before); err == nil {
			p.transport, where = t, after
		} else if t, err := ParseTransport(after); err == nil {
			p.transport, where = t, before
		} else {
			return place{}, false, nil
		}
	}
	p.address, where = cutAddress(where)
	switch {
	case where == "" && p.address.IsValid():
		return p, true, nil
	case !looksLikePorts(where) && !p.address.IsValid():
		return place{}, false, nil
	}
	p.ports, err = ParsePortRange(where)
	if err != nil {
		return place{}, false, err
	}
	return p, true, nil
}

// cutAddress splits an address off s and leaves the port with its colon. The
// names *, as other programs write a wildcard, and localhost say nothing that
// a query could hold: the listener that answers there may wait at any of
// several addresses. So they are dropped where a port follows.
func cutAddress(s string) (netip.Addr, string) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, ""
	}
	colon := strings.LastIndexByte(s, ':')
	if strings.HasSuffix(s, "]") {
		colon = len(s)
	}
	if colon <= 0 {
		return netip.Addr{}, s
	}
	host, port := s[:colon], s[colon:]
	if host == "*" || host == "localhost" {
		return netip.Addr{}, port
	}
	bare, isBracketed := strings.CutPrefix(host, "[")
	bare, isClosed := strings.CutSuffix(bare, "]")
	a, err := netip.ParseAddr(bare)
	if err != nil || isBracketed != isClosed {
		return netip.Addr{}, s
	}
	return a, port
}

// looksLikePorts reports whether s can only be meant as a port or a range.
func looksLikePorts(s string) bool {
	return s != "" && strings.Trim(s, ":-0123456789") == ""
}
