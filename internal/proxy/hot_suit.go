package proxy

import (
	"bytes"
	"strings"
	"unsafe"

	"github.com/limenhq/limen"
)

// suits reports whether a request is for the short way, and finds its route.
// What a request may not be for that needs an answer of ours, another protocol or a
// decision that is made elsewhere.
func (h *hot) suits() bool {
	target := h.head.target.of(h.in)
	if h.head.minor == 0 || h.head.framing == framedAsTunnel || h.head.options&optionUpgrade != 0 ||
		target[0] != '/' || len(target) > 1 && target[1] == '/' || !h.survey() {
		return false
	}
	host, path := textOf(h.head.host.of(h.in)), textOf(target)
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		path = path[:i]
	}
	if h.secret != nil && h.covered != host {
		if h.proxy.isMadeForOther(h.secret, host) {
			return false
		}
		h.covered = strings.Clone(host)
	}
	h.route = h.proxy.table.lookup(host, path, h.carries)
	return h.route != nil && h.route.Target.Scheme != limen.SchemeH2C && !strays(path, h.route) && h.route.Upstream.isPlain()
}

// isPlain reports whether an upstream is known to speak HTTP in the clear, at the
// place where it should.
func (u *Upstream) isPlain() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.manner == mannerPlain && !u.isAstray
}

// textOf is a text that shares its bytes, for functions that keep nothing of it.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// survey finds out the fates of all fields, and reports whether none of them is
// one for the long way.
func (h *hot) survey() bool {
	h.fates = h.fates[:0]
	for _, f := range h.head.fields {
		fate := fateOf(f.name.of(h.in))
		if fate&fateRare != 0 {
			return false
		}
		h.fates = append(h.fates, fate)
	}
	return true
}

// carries reports whether a request carries what a route asks for.
func (h *hot) carries(c *condition) bool {
	for _, f := range h.head.fields {
		if bytes.EqualFold(f.name.of(h.in), []byte(c.field)) && c.isIn(textOf(f.value.of(h.in))) {
			return true
		}
	}
	return false
}

// isNamed reports whether the Connection of a head names a field, which then is about
// one connection alone.
func isNamed(b []byte, fields []field, fates []fate, name []byte) bool {
	for i, f := range fields {
		if fates[i]&fateConnection == 0 {
			continue
		}
		for list := f.value.of(b); len(list) > 0; {
			var word []byte
			if word, list = element(list); bytes.EqualFold(word, name) {
				return true
			}
		}
	}
	return false
}

// takesAway reports whether a head's Connection says anything about other fields.
func takesAway(b []byte, fields []field, fates []fate) bool {
	for i, f := range fields {
		if fates[i]&fateConnection == 0 {
			continue
		}
		for list := f.value.of(b); len(list) > 0; {
			var word []byte
			if word, list = element(list); len(word) > 0 && !isFolded(word, "keep-alive") && !isFolded(word, "close") {
				return true
			}
		}
	}
	return false
}
