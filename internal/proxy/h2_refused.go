package proxy

import (
	"net"
	"net/http"
	"net/netip"
	"time"
)

// refused has a request recorded whose head is refused, if anybody records. One that is
// malformed gets no answer but the end of its stream (RFC 9113, section 8.1.1).
func (c *h2Conn) refused(why string, answer string) {
	p := c.limits.proxy
	if p == nil || p.recorder.Load() == nil {
		return
	}
	var m remnant
	h := &c.head
	m.begin(h.pseudo[h2Method], h.pseudo[h2Path], "HTTP/2.0")
	m.add("Host", h.pseudo[h2Authority])
	for _, f := range h.fields {
		if isH2FieldName(f.Name) {
			m.add(http.CanonicalHeaderKey(f.Name), f.Value)
		}
	}
	p.refused(c.passage(), m, why, func(to Recording, at time.Time) {
		if answer != "" {
			to.Answered(at, []byte(answer))
		}
	})
}

// passage is the way of the requests that come on a connection.
func (c *h2Conn) passage() Passage {
	from := Passage{IsSecret: c.tls != nil}
	from.Client, _ = netip.ParseAddrPort(c.remote) // the zero one if it came by something else
	if here, ok := c.base.Value(http.LocalAddrContextKey).(net.Addr); ok {
		from.Here = addressOf(here)
	}
	return from
}
