package proxy

import (
	"bytes"
	"strings"
)

// A path is forwarded as it was sent. Which route it means is told by its plain
// form: escapes that need none are decoded, and dot segments removed (RFC 3986,
// sections 6.2.2 and 5.2.4). Escaped slashes and percent signs stay, so that no
// two paths that differ for an upstream look alike here.

// appendPlain appends the plain form of a path.
func appendPlain(b []byte, sent string) []byte {
	if !strings.HasPrefix(sent, "/") {
		return b // the server as a whole, or nothing: * and the target of CONNECT
	}
	start := len(b)
	for rest, more := sent[1:], true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		at := len(b)
		b = appendDecoded(append(b, '/'), segment)
		switch string(b[at+1:]) {
		case ".":
			b = b[:at]
		case "..":
			b = append(b[:start], parent(b[start:at])...)
		default:
			continue
		}
		if !more {
			b = append(b, '/') // of a dot segment at the end, its slash stays
		}
	}
	return b
}

// appendDecoded decodes what is escaped, but for slashes and percent signs.
func appendDecoded(b []byte, segment string) []byte {
	for i := 0; i < len(segment); i++ {
		c, ok := escaped(segment[i:])
		switch {
		case !ok:
			b = append(b, segment[i])
			continue
		case c == '/':
			b = append(b, "%2F"...)
		case c == '%':
			b = append(b, "%25"...)
		default:
			b = append(b, c)
		}
		i += 2
	}
	return b
}

// escaped returns the byte that a text begins with, if it is escaped (RFC 3986,
// section 2.1).
func escaped(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, low := hexDigit(s[1]), hexDigit(s[2])
	return high<<4 | low, high < 16 && low < 16
}

// hexDigit returns 255 for what is none.
func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// routePath is the plain form of the path of a route: without slashes at its
// end, and empty for everything.
func routePath(typed string) string {
	if typed == "" {
		return ""
	}
	return strings.TrimRight(string(appendPlain(nil, "/"+strings.TrimLeft(typed, "/"))), "/")
}

// firstSegments is what a plain path has up to its nth segment.
func firstSegments(plain []byte, n int) []byte {
	for i := 1; i < len(plain); i++ {
		if plain[i] != '/' {
			continue
		}
		if n--; n == 0 {
			return plain[:i]
		}
	}
	return plain
}

// parent is a plain path without its last segment.
func parent(plain []byte) []byte { return plain[:max(0, bytes.LastIndexByte(plain, '/'))] }

// strays reports whether a path leads out of what its route may ask of the
// upstream, once that one cleans it: with dot segments, written plainly or
// escaped, and between slashes of whichever kind. Where the route is for
// everything, and nothing is put before its path, there is no out.
func strays(sent string, r *Route) bool {
	if isPlain(sent) || r.Path == "" && r.Target.Path == "" {
		return false
	}
	path := routePath(r.Path)
	rest, ok := below(sent, path)
	if !ok {
		return true
	}
	depth := 0
	for rest != "" {
		var segment string
		segment, rest = cutSegment(rest)
		switch segment {
		case "", ".", "%2e", "%2E":
		case "..", ".%2e", ".%2E", "%2e.", "%2E.", "%2e%2e", "%2e%2E", "%2E%2e", "%2E%2E":
			if depth--; depth < 0 {
				return true
			}
		default:
			depth++
		}
	}
	return false
}

// isPlain reports whether a path is plain as it stands, as nearly all are.
func isPlain(sent string) bool {
	return strings.IndexByte(sent, '%') < 0 && strings.IndexByte(sent, '\\') < 0 && !strings.Contains(sent, "/.")
}

// below returns what follows the plain path of a route in a path as it was
// sent, and whether the one begins with the other, segment by segment.
func below(sent, path string) (rest string, ok bool) {
	if !strings.HasPrefix(sent, "/") {
		return sent, path == ""
	}
	var room [64]byte
	for path != "" {
		if sent == "" {
			return "", false
		}
		got, want := sent[1:], path[1:]
		sent, path = "", ""
		if i := strings.IndexByte(got, '/'); i >= 0 {
			got, sent = got[:i], got[i:]
		}
		if i := strings.IndexByte(want, '/'); i >= 0 {
			want, path = want[:i], want[i:]
		}
		if string(appendDecoded(room[:0], got)) != want {
			return "", false
		}
	}
	return sent, true
}

// cutSegment cuts off what stands before the next slash or backslash, which
// may be escaped: some upstreams decode before they clean.
func cutSegment(s string) (segment, rest string) {
	for i := range len(s) {
		switch c, ok := escaped(s[i:]); {
		case ok && (c == '/' || c == '\\'):
			return s[:i], s[i+3:]
		case s[i] == '/' || s[i] == '\\':
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
