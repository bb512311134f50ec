package proxy

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// request makes of a head what a handler gets: the same as net/http makes of it.
// An error text says what makes it malformed.
func (c *h2Conn) request(s *h2Stream, h *h2Head) (breach string) {
	if breach = h.breach(); breach != "" {
		return breach
	}
	r := new(http.Request).WithContext((*h2Context)(s))
	s.request = r
	r.Method, r.RequestURI = h.pseudo[h2Method], h.pseudo[h2Path]
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
	r.RemoteAddr, r.TLS = c.remote, c.tls
	r.Host = h.pseudo[h2Authority]
	if breach = s.readFields(h); breach != "" {
		return breach
	}
	if r.Host == "" {
		return "no :authority" // which https and http demand (RFC 9113, section 8.3.1)
	}
	if h.has[h2Upgrade] {
		r.Header[":protocol"] = []string{h.pseudo[h2Upgrade]} // as net/http has it
		s.isTunnel = true
	} else if h.isConnect() {
		r.RequestURI, s.url.Host = r.Host, r.Host
		s.isTunnel = true
	}
	if h.has[h2Path] && !s.readPath(r.RequestURI) {
		return "a :path that is none"
	}
	r.URL = &s.url
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

// readFields fills the header of a request. All values lie in one piece of memory,
// and all but those that come twice are no allocation of their own.
func (s *h2Stream) readFields(h *h2Head) (breach string) {
	r := s.request
	r.Header = make(http.Header, len(h.fields))
	values := make([]string, 0, len(h.fields))
	for _, f := range h.fields {
		came, known := s.conn.words.came[f.Name]
		switch {
		case !known && (!isH2FieldName(f.Name) || isLookAlike(f.Name)):
			return "the field name " + strconv.Quote(f.Name)
		case !known:
			came.canonical = s.conn.canonical(f.Name)
		case came.rule != h2AnyField:
			keep, breach := s.heed(came, f.Value)
			if breach != "" {
				return breach
			}
			if !keep {
				continue
			}
		}
		if all, isThere := r.Header[came.canonical]; isThere {
			r.Header[came.canonical] = append(all, f.Value)
			continue
		}
		values = append(values, f.Value)
		r.Header[came.canonical] = values[len(values)-1 : len(values) : len(values)]
	}
	if crumbs := r.Header["Cookie"]; len(crumbs) > 1 {
		r.Header["Cookie"] = []string{strings.Join(crumbs, "; ")} // RFC 9113, section 8.2.3
	}
	return ""
}

// canonical is http.CanonicalHeaderKey, which makes the same names anew for each
// request of a client that has fields of its own.
func (c *h2Conn) canonical(name string) string {
	if key, ok := c.coined[name]; ok {
		return key
	}
	key := http.CanonicalHeaderKey(name)
	if c.coined == nil {
		c.coined = map[string]string{}
	}
	if len(c.coined) < 32 && len(name) < 64 {
		c.coined[strings.Clone(name)] = key
	}
	return key
}

// heed does what a field with a rule asks for, and says whether it stays in the
// header as it is.
func (s *h2Stream) heed(came h2Came, value string) (keep bool, breach string) {
	r := s.request
	switch came.rule {
	case h2HopField:
		return false, came.canonical + ", which is a field of HTTP/1.1"
	case h2TEField:
		if value != "trailers" {
			return false, "te with more than trailers"
		}
	case h2HostField:
		if !isH2Authority(value) || value != cmp.Or(r.Host, value) {
			return false, "a host that is not the :authority"
		}
		r.Host = value
		return false, "" // net/http keeps it there alone
	case h2LengthField:
		if r.Header[came.canonical] != nil {
			return false, "a second content-length"
		}
	case h2TrailerField:
		s.announce(value)
		return false, ""
	}
	return true, ""
}

// announce notes which trailers may come, as net/http does: not the fields that say
// where a message ends or whom it is for (RFC 9110, section 6.5.1).
func (s *h2Stream) announce(list string) {
	for name := range strings.SplitSeq(list, ",") {
		key := http.CanonicalHeaderKey(strings.Trim(name, " \t"))
		if key == "" || key == "Transfer-Encoding" || key == "Content-Length" || key == "Trailer" {
			continue
		}
		if s.request.Trailer == nil {
			s.request.Trailer = http.Header{}
		}
		s.request.Trailer[key] = nil
	}
}

// readLength finds out how long the body will be, and makes it.
func (s *h2Stream) readLength() (breach string) {
	r := s.request
	s.declared = -1
	if all := r.Header["Content-Length"]; len(all) == 1 {
		n, err := strconv.ParseUint(all[0], 10, 63)
		if err != nil || all[0][0] == '+' {
			return "a content-length that is no number"
		}
		s.declared = int64(n)
	}
	r.ContentLength, r.Body = s.declared, &s.body
	if s.hasEnded {
		if s.declared > 0 {
			return "a content-length without a body"
		}
		r.ContentLength, r.Body = 0, http.NoBody
	}
	if s.isTunnel {
		r.ContentLength = -1
	}
	s.body.expects = strings.EqualFold(r.Header.Get("Expect"), "100-continue")
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
		key := came.canonical
		if !known {
			key = c.canonical(f.Name)
		}
		t[key] = append(t[key], f.Value)
	}
	return t, ""
}
