package limen

import (
	"bytes"
	"iter"
	"net/netip"
	"strconv"
)

// A Mention is a place in a text that names a port of some machine, as
// programs print it: 127.0.0.1:3000, [::1]:5173, localhost:8080, or :3000
// where nothing else can be meant.
type Mention struct {
	End     int        // where the text goes on after it: a URL that it begins is part of it
	Address netip.Addr // invalid where the text says localhost, or no address
	Port    uint16
}

// Mentions yields the mentions of ports in a text, in their order. A text may
// be anything; what is not surely an address and a port is none.
func Mentions(text []byte) iter.Seq[Mention] {
	return func(yield func(Mention) bool) {
		for from := 0; ; {
			i := bytes.IndexByte(text[from:], ':')
			if i < 0 {
				return
			}
			colon := from + i
			from = colon + 1
			port, end := readPort(text, colon+1)
			if port == 0 {
				continue
			}
			m := Mention{Port: port, End: end}
			var ok bool
			if m.Address, ok = addressBefore(text[:colon]); !ok {
				continue
			}
			m.End = pastURL(text, end)
			from = m.End
			if !yield(m) {
				return
			}
		}
	}
}

// readPort reads the port that begins at i, and where it ends; 0 if there is
// none, or more than a port: a time, a version, a longer number.
func readPort(text []byte, i int) (port uint16, end int) {
	end = i
	for end < len(text) && end-i < 6 && isDigit(text[end]) {
		end++
	}
	n, err := strconv.ParseUint(string(text[i:end]), 10, 16)
	if err != nil || n == 0 || text[i] == '0' {
		return 0, i
	}
	if end < len(text) {
		next := text[end]
		followed := end+1 < len(text) && isWord(text[end+1])
		if isWord(next) || next == ':' && followed || (next == '.' || next == '-') && followed {
			return 0, i
		}
	}
	return uint16(n), end
}

// addressBefore reads the address that a text ends with, and reports whether
// what stands there can be followed by a port.
func addressBefore(text []byte) (a netip.Addr, ok bool) {
	start := len(text)
	if start > 0 && text[start-1] == ']' { // [::1], perhaps with a zone
		open := bytes.LastIndexByte(text[max(0, start-48):], '[')
		if open < 0 {
			return a, false
		}
		a, err := netip.ParseAddr(string(text[max(0, start-48)+open+1 : start-1]))
		return a, err == nil && a.Is6()
	}
	for start > 0 && len(text)-start < 64 && isHost(text[start-1]) {
		start--
	}
	host := text[start:]
	switch {
	case len(host) == 0: // :3000
		return a, start == 0 || startsPort(text[start-1])
	case start > 0 && (text[start-1] == ':' || text[start-1] == ']' || text[start-1] == '%'): // the end of something else
		return a, false
	case bytes.EqualFold(host, []byte("localhost")), hasSuffixFold(host, ".localhost"): // RFC 6761 §6.3
		return a, true
	}
	a, err := netip.ParseAddr(string(host))
	return a, err == nil && a.Is4()
}

// pastURL returns where the URL ends that text[:i] has begun, so that nothing
// is put into it; i itself if there is none.
func pastURL(text []byte, i int) int {
	if i >= len(text) || text[i] != '/' && text[i] != '?' && text[i] != '#' {
		return i
	}
	end := i
	for end < len(text) && text[end] > ' ' && text[end] < 0x7f && !bytes.ContainsRune([]byte("\"'`<>()[]{}|\\^"), rune(text[end])) {
		end++
	}
	for end > i && bytes.ContainsRune([]byte(".,;:!?"), rune(text[end-1])) { // of the sentence
		end--
	}
	return end
}

// startsPort reports whether b may stand before a port without address.
func startsPort(b byte) bool {
	return b == ' ' || b == '\t' || b == '(' || b == '"' || b == '\'' || b == '=' || b == '`'
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isWord(b byte) bool {
	return isDigit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b >= 0x80
}

// isHost reports whether b may stand in a host's name or IPv4 address.
func isHost(b byte) bool { return isWord(b) && b < 0x80 || b == '.' || b == '-' }

func hasSuffixFold(s []byte, suffix string) bool {
	return len(s) > len(suffix) && bytes.EqualFold(s[len(s)-len(suffix):], []byte(suffix))
}
