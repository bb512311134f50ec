package proxy

import "net/http"

// build makes of what a client asks for what a handler gets: the same as net/http
// makes of it.
func (s *h2Stream) build() *http.Request {
	a := &s.asked
	r := new(http.Request).WithContext((*h2Context)(s))
	r.Method, r.RequestURI, r.Host, r.URL = a.method, a.target, a.host, &s.url
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
	r.RemoteAddr, r.TLS = s.conn.remote, s.conn.tls
	r.Header, r.Trailer = a.header(), a.trailer
	r.ContentLength, r.Body = s.declared, &s.body
	if s.hadEnded {
		r.ContentLength, r.Body = 0, http.NoBody
	}
	if s.isTunnel {
		r.ContentLength = -1
	}
	s.request = r
	return r
}

// header makes a header of the fields. All values lie in one piece of memory, and all
// but those that come twice are no allocation of their own.
func (a *h2Asked) header() http.Header {
	header := make(http.Header, len(a.fields)+1)
	values := make([]string, 0, len(a.fields))
	for _, f := range a.fields {
		if all, isThere := header[f.name]; isThere {
			header[f.name] = append(all, f.value)
			continue
		}
		values = append(values, f.value)
		header[f.name] = values[len(values)-1 : len(values) : len(values)]
	}
	if a.protocol != "" {
		header[":protocol"] = []string{a.protocol} // as net/http has it
	}
	return header
}
