package proxy

import (
	"strconv"

	"golang.org/x/net/http2/hpack"
)

// An h2Head collects the fields of one field block, and notes the first thing that
// makes it malformed (RFC 9113, section 8.1.1). It is used again for the next one.
type h2Head struct {
	pseudo [len(h2PseudoNames)]string
	has    [len(h2PseudoNames)]bool
	fields []hpack.HeaderField

	limit     int    // of size
	size      int    // as RFC 9113, section 6.5.2 counts
	malformed string // why, or ""
}

// h2PseudoNames are all that a request may have (RFC 9113, section 8.3.1; RFC 8441,
// section 4), and where an h2Head keeps them.
var h2PseudoNames = [...]string{":method", ":scheme", ":authority", ":path", ":protocol"}

const (
	h2Method = iota
	h2Scheme
	h2Authority
	h2Path
	h2Upgrade // what :protocol says
)

// reset forgets the block before. What it takes to hold a usual head is kept.
func (h *h2Head) reset() {
	clear(h.fields)
	if cap(h.fields) > 64 {
		h.fields = nil
	}
	*h = h2Head{fields: h.fields[:0], limit: h.limit}
}

// add takes a field. Beyond the limit it takes no more, so that a few bytes that
// stand for a long entry of the table, again and again, cost nothing.
func (h *h2Head) add(f hpack.HeaderField) {
	h.size += int(f.Size())
	switch {
	case h.isTooLong() || h.malformed != "":
	case f.IsPseudo():
		h.addPseudo(f)
	case !isH2Value(f.Value):
		h.malformed = "a value of " + strconv.Quote(f.Name) + " that no field may have"
	default:
		h.fields = append(h.fields, f)
	}
}

func (h *h2Head) isTooLong() bool { return h.size > h.limit }

func (h *h2Head) addPseudo(f hpack.HeaderField) {
	if len(h.fields) > 0 {
		h.malformed = f.Name + " behind a field" // section 8.3
		return
	}
	for i, name := range h2PseudoNames {
		if f.Name != name {
			continue
		}
		if h.has[i] {
			h.malformed = "a second " + name
		}
		h.pseudo[i], h.has[i] = f.Value, true
		return
	}
	h.malformed = "the unknown pseudo-header " + strconv.Quote(f.Name)
}

// hasPseudo reports whether there is any: trailers have none (section 8.1).
func (h *h2Head) hasPseudo() bool { return h.has != [len(h2PseudoNames)]bool{} }

// An h2Form is one of the three kinds of request, and the pseudo-headers that it
// must have, and may not have. Those in neither list are as the client likes.
type h2Form struct {
	must, never []int
}

var (
	h2Ordinary = h2Form{must: []int{h2Method, h2Scheme, h2Path}, never: []int{h2Upgrade}}              // RFC 9113, section 8.3.1
	h2Connect  = h2Form{must: []int{h2Method, h2Authority}, never: []int{h2Scheme, h2Path, h2Upgrade}} // section 8.5
	h2Extended = h2Form{must: []int{h2Method, h2Scheme, h2Authority, h2Path, h2Upgrade}}               // RFC 8441, section 4
)

func (h *h2Head) isConnect() bool { return h.pseudo[h2Method] == "CONNECT" }

func (h *h2Head) form() h2Form {
	switch {
	case !h.isConnect():
		return h2Ordinary
	case h.has[h2Upgrade]:
		return h2Extended
	}
	return h2Connect
}

// breach says what makes the head no request, or "".
func (h *h2Head) breach() string {
	if h.malformed != "" {
		return h.malformed
	}
	form := h.form()
	for _, i := range form.must {
		if h.pseudo[i] == "" {
			return "no " + h2PseudoNames[i]
		}
	}
	for _, i := range form.never {
		if h.has[i] {
			return h2PseudoNames[i] + " where it means nothing"
		}
	}
	switch path := h.pseudo[h2Path]; {
	case !isH2Token(h.pseudo[h2Method]):
		return "a :method that is none"
	case h.has[h2Upgrade] && !isH2Token(h.pseudo[h2Upgrade]):
		return "a :protocol that is none"
	case h.has[h2Scheme] && h.pseudo[h2Scheme] != "https" && h.pseudo[h2Scheme] != "http":
		return "a :scheme that is neither http nor https"
	case h.has[h2Authority] && !isH2Authority(h.pseudo[h2Authority]):
		return "an :authority that is no host"
	case h.has[h2Path] && !isH2Path(path) && !(path == "*" && h.pseudo[h2Method] == "OPTIONS"):
		return "a :path that is none"
	}
	return ""
}
