package proxy

import "bytes"

// begin reads the first line.
func (h *head) begin(b []byte, line span) breach {
	h.hasBegun = true
	if h.isAnswer {
		return h.statusLine(line.of(b))
	}
	return h.requestLine(b, line)
}

// requestLine reads METHOD SP TARGET SP VERSION (RFC 9112, 3). White space of
// any other kind ends a word for some servers, and for others not.
func (h *head) requestLine(b []byte, line span) breach {
	text := line.of(b)
	i, j := bytes.IndexByte(text, ' '), bytes.LastIndexByte(text, ' ')
	if i == j {
		return breachRequestLine
	}
	h.method = span{line.from, line.from + uint32(i)}
	h.target = span{line.from + uint32(i) + 1, line.from + uint32(j)}
	switch {
	case !isName(text[:i]):
		return breachMethod
	case bytes.IndexByte(text, '\r') >= 0:
		return breachReturn
	case !isAll(h.target.of(b), inTarget):
		return breachTarget
	}
	if why := h.version(text[j+1:]); why != 0 {
		return why
	}
	if !isTarget(text[:i], h.target.of(b)) {
		return breachTarget
	}
	return 0
}

// statusLine reads VERSION SP STATUS SP REASON (RFC 9112, 4). The last space is
// often left out along with the reason.
func (h *head) statusLine(text []byte) breach {
	i := bytes.IndexByte(text, ' ')
	if i < 0 {
		return breachStatusLine
	}
	if why := h.version(text[:i]); why != 0 {
		return why
	}
	text = text[i+1:]
	if len(text) < 3 || !isAll(text[:3], inNumber) || text[0] == '0' || len(text) > 3 && text[3] != ' ' {
		return breachStatusLine
	}
	h.status = int(text[0]-'0')*100 + int(text[1]-'0')*10 + int(text[2]-'0')
	return unsaid(text[3:])
}

// version reads HTTP/1.0 or HTTP/1.1, in this case alone (RFC 9112, 2.3).
func (h *head) version(text []byte) breach {
	switch {
	case string(text) == "HTTP/1.1":
		h.minor = 1
	case string(text) == "HTTP/1.0":
	case len(text) == len("HTTP/2.0") && string(text[:5]) == "HTTP/":
		return breachVersion
	case h.isAnswer:
		return breachStatusLine
	default:
		return breachRequestLine
	}
	return 0
}

// isTarget reports whether a target has the one form that goes with its method
// (RFC 9112, 3.2).
func isTarget(method, target []byte) bool {
	switch {
	case string(method) == "CONNECT":
		_, port := splitPort(target)
		return isAuthority(target) && port != nil
	case len(target) == 0:
		return false
	case target[0] == '/':
		return isEscaped(target)
	case string(target) == "*":
		return string(method) == "OPTIONS"
	}
	from, to, ok := absolute(target)
	return ok && isAuthority(target[from:to]) && isEscaped(target[to:])
}

// absolute finds the authority in a target of the absolute form.
func absolute(target []byte) (from, to int, ok bool) {
	i := bytes.Index(target, []byte("://"))
	if i < 0 || !isFolded(target[:i], "http") && !isFolded(target[:i], "https") {
		return 0, 0, false
	}
	from = i + len("://")
	if to = bytes.IndexAny(target[from:], "/?"); to < 0 {
		return from, len(target), true
	}
	return from, from + to, true
}

// isEscaped reports whether each percent sign of a path stands before two
// digits. The query behind it is its reader's own matter.
func isEscaped(target []byte) bool {
	for i, c := range target {
		switch {
		case c == '?':
			return true
		case c == '%' && (len(target) < i+3 || !isAll(target[i+1:i+3], inHex)):
			return false
		}
	}
	return true
}
