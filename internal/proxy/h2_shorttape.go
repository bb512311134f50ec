package proxy

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// record begins to record the request, if that was not done. It is told of as soon as it
// was sent: its answer may take long, and its client leave before.
func (x *short) record() {
	if x.by != nil {
		from := x.stream.conn.passage()
		from.Route = &x.route.Route
		x.to, x.by = x.by.Begin(x.at, from, x.stream.asking()), nil
	}
}

// tape records an answer of which all is here.
func (x *short) tape(text, body []byte) {
	x.to.Answered(x.stream.conn.limits.now(), x.answering(text))
	if len(body) > 0 {
		x.to.Content(body)
	}
}

// end ends the recording, if there is one.
func (x *short) end(fault string) {
	if x.to != nil {
		x.to.End(x.stream.conn.limits.now(), fault)
		x.to = nil
	}
}

// asking is the head of the request as HTTP/1.1 would have it, with the fields in the
// order in which they came. In HTTP/2 their names have no case.
func (s *h2Stream) asking() []byte {
	a := &s.asked
	b := make([]byte, 0, 1<<10)
	b = append(append(append(append(b, a.method...), ' '), a.target...), " HTTP/2.0\r\nHost: "...)
	b = append(append(b, a.host...), "\r\n"...)
	if a.protocol != "" {
		b = appendField(b, ":protocol", a.protocol)
	}
	for _, f := range a.fields {
		b = appendField(b, f.name, f.value)
	}
	if len(a.trailer) > 0 {
		b = appendField(b, "Trailer", strings.Join(slices.Sorted(maps.Keys(a.trailer)), ", "))
	}
	if !s.hadEnded && !s.isTunnel && s.declared < 0 {
		b = append(b, chunkedField...)
	}
	return append(b, "\r\n"...)
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
