package proxy

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// An h2Asked is what a client asks for on a stream, known to be well-formed.
type h2Asked struct {
	method   string
	host     string
	target   string
	protocol string // of an extended CONNECT (RFC 8441, section 4); empty for all others
	fields   []h2Field
	trailer  http.Header // the names of trailers that were announced; nil if none were

	hasLength bool // by content-length, which declared has
	crumbs    int  // how often cookie came
	isCall    bool // of gRPC
	expects   bool // a 100 before it sends its body
	isOdd     bool // has a field with which it is for the long way alone
}

// An h2Field is a field with its name in canonical form.
type h2Field struct {
	name, value string
	fate        fate
}

// request takes what a client asks for out of a head. An error text says what makes it
// malformed.
func (c *h2Conn) request(s *h2Stream, h *h2Head) (breach string) {
	if breach = h.breach(); breach != "" {
		return breach
	}
	a := &s.asked
	a.method, a.host = h.pseudo[h2Method], h.pseudo[h2Authority]
	a.target, a.protocol = h.pseudo[h2Path], h.pseudo[h2Upgrade]
	s.isTunnel = h.isConnect()
	if breach = s.readFields(h); breach != "" {
		return breach
	}
	switch {
	case a.host == "":
		return "no :authority" // which https and http demand (RFC 9113, section 8.3.1)
	case !h.has[h2Path]:
		a.target, s.url.Host = a.host, a.host
	case !s.readPath(a.target):
		return "a :path that is none"
	}
	return s.readLength()
}

// readPath makes the URL of a path, and reports whether it is one.
func (s *h2Stream) readPath(target string) bool {
	path, query, hasQuery := strings.Cut(target, "?")
	if isPlainPath(path) {
		s.url.Path, s.url.RawQuery, s.url.ForceQuery = path, query, hasQuery && query == ""
		return true
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return false
	}
	s.url = *u
	return true
}

// readFields takes the fields.
func (s *h2Stream) readFields(h *h2Head) (breach string) {
	a := &s.asked
	a.fields = make([]h2Field, 0, len(h.fields))
	for _, f := range h.fields {
		came, known := s.conn.words.came[f.Name]
		if !known {
			if !isH2FieldName(f.Name) || isLookAlike(f.Name) {
				return "the field name " + strconv.Quote(f.Name)
			}
			came = s.conn.coin(f.Name)
		}
		if came.rule != h2AnyField {
			keep, breach := s.heed(came, f.Value)
			if breach != "" {
				return breach
			}
			if !keep {
				continue
			}
		}
		a.isOdd = a.isOdd || came.fate&fateRare != 0
		a.fields = append(a.fields, h2Field{came.canonical, f.Value, came.fate})
	}
	if a.crumbs > 1 {
		a.joinCrumbs()
	}
	return ""
}

// joinCrumbs makes one field of a cookie that came in several (RFC 9113, section
// 8.2.3).
func (a *h2Asked) joinCrumbs() {
	crumbs := make([]string, 0, a.crumbs)
	rest := a.fields[:0]
	at := 0
	for _, f := range a.fields {
		if f.name != "Cookie" {
			rest = append(rest, f)
			continue
		}
		if crumbs = append(crumbs, f.value); len(crumbs) == 1 {
			at = len(rest)
			rest = append(rest, f)
		}
	}
	rest[at].value = strings.Join(crumbs, "; ")
	a.fields = rest
}

// coin is what is known of a name that nobody knows: http.CanonicalHeaderKey makes the same
// names anew for each request of a client that has fields of its own.
func (c *h2Conn) coin(name string) h2Came {
	if came, ok := c.coined[name]; ok {
		return came
	}
	came := h2Came{canonical: http.CanonicalHeaderKey(name), fate: fateOf([]byte(name))}
	if c.coined == nil {
		c.coined = map[string]h2Came{}
	}
	if len(c.coined) < 32 && len(name) < 64 {
		c.coined[strings.Clone(name)] = came
	}
	return came
}

// heed does what a field with a rule asks for, and says whether it stays among the
// fields as it is.
func (s *h2Stream) heed(came h2Came, value string) (keep bool, breach string) {
	a := &s.asked
	switch came.rule {
	case h2HopField:
		return false, came.canonical + ", which is a field of HTTP/1.1"
	case h2TEField:
		if value != "trailers" {
			return false, "te with more than trailers"
		}
	case h2HostField:
		if !isH2Authority(value) || value != cmp.Or(a.host, value) {
			return false, "a host that is not the :authority"
		}
		a.host = value
		return false, "" // net/http keeps it there alone
	case h2LengthField:
		if a.hasLength {
			return false, "a second content-length"
		}
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil || value[0] == '+' {
			return false, "a content-length that is no number"
		}
		a.hasLength, s.declared = true, int64(n)
	case h2TrailerField:
		a.announce(value)
		return false, ""
	case h2CookieField:
		a.crumbs++
	case h2TypeField:
		a.isCall = a.isCall || isGRPC(&http.Request{Header: http.Header{"Content-Type": {value}}})
	case h2ExpectField:
		a.expects = a.expects || strings.EqualFold(value, "100-continue")
	}
	return true, ""
}

// announce notes which trailers may come, as net/http does: not the fields that say
// where a message ends or whom it is for (RFC 9110, section 6.5.1).
func (a *h2Asked) announce(list string) {
	for name := range strings.SplitSeq(list, ",") {
		key := http.CanonicalHeaderKey(strings.Trim(name, " \t"))
		if key == "" || key == "Transfer-Encoding" || key == "Content-Length" || key == "Trailer" {
			continue
		}
		if a.trailer == nil {
			a.trailer = http.Header{}
		}
		a.trailer[key] = nil
	}
}

// readLength finds out whether there will be a body.
func (s *h2Stream) readLength() (breach string) {
	if !s.asked.hasLength {
		s.declared = -1
	}
	if s.hasEnded && s.declared > 0 {
		return "a content-length without a body"
	}
	s.body.expects = s.asked.expects
	return ""
}

// trailers takes the fields behind a body. Whoever was not announced comes as
// well: it is for the handler to say what it makes of that.
func (h *h2Head) trailers(c *h2Conn) (_ http.Header, breach string) {
	if h.malformed != "" {
		return nil, h.malformed
	}
	if h.hasPseudo() {
		return nil, "pseudo-headers among the trailers"
	}
	t := make(http.Header, len(h.fields))
	for _, f := range h.fields {
		came, known := c.words.came[f.Name]
		if !known && !isH2FieldName(f.Name) {
			return nil, "the field name " + strconv.Quote(f.Name)
		}
		switch came.rule {
		case h2HopField, h2HostField, h2LengthField, h2TrailerField, h2TEField:
			return nil, came.canonical + " among the trailers"
		}
		if !known {
			came = c.coin(f.Name)
		}
		t[came.canonical] = append(t[came.canonical], f.Value)
	}
	return t, ""
}
