package proxy

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// tape has a request and its answer recorded, of which all is here, as a capture would.
func (x *short) tape(text, body []byte) {
	to := x.by.Begin(x.at, x.passage(), x.asking())
	if to == nil {
		return
	}
	now := x.stream.conn.limits.now()
	to.Answered(now, x.answering(text))
	if len(body) > 0 {
		to.Content(body)
	}
	to.End(now, "")
}

func (x *short) passage() Passage {
	c := x.stream.conn
	from := Passage{IsSecret: c.tls != nil, Route: &x.route.Route}
	from.Client, _ = netip.ParseAddrPort(c.remote) // the zero one if it came by something else
	if here, ok := c.base.Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		from.Here = here.AddrPort()
	}
	return from
}

// asking is the head of the request; see capture.asking.
func (x *short) asking() []byte {
	a := &x.stream.asked
	b := make([]byte, 0, 1<<10)
	b = append(append(append(append(b, a.method...), ' '), a.target...), " HTTP/2.0\r\nHost: "...)
	b = append(append(b, a.host...), "\r\n"...)
	return append(appendSorted(b, slices.Clone(a.fields)), "\r\n"...)
}

// answering is the head of the answer; see capture.begin.
func (x *short) answering(text []byte) []byte {
	status := x.tether.answer.status
	b := append(strconv.AppendInt(append(make([]byte, 0, 1<<10), "HTTP/2.0 "...), int64(status), 10), ' ')
	b = append(append(b, http.StatusText(status)...), "\r\n"...)
	var all []h2Field
	for name, value := range x.fields(text, 0) {
		all = append(all, h2Field{name: h2Words().canonical(name), value: value})
	}
	return append(appendSorted(b, all), "\r\n"...)
}

func appendSorted(b []byte, fields []h2Field) []byte {
	slices.SortStableFunc(fields, func(a, b h2Field) int { return strings.Compare(a.name, b.name) })
	for _, f := range fields {
		b = appendField(b, f.name, f.value)
	}
	return b
}
