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
	if x.by == nil {
		return
	}
	from := x.stream.conn.passage()
	from.Route = &x.route.Route
	head := headRooms.Get().(*[]byte)
	defer headRooms.Put(head)
	*head = x.stream.appendAsking((*head)[:0])
	x.to, x.by = x.by.Begin(x.at, from, *head), nil
}

// tape records an answer of which all is here.
func (x *short) tape(text, body []byte) {
	head := headRooms.Get().(*[]byte)
	defer headRooms.Put(head)
	*head = x.appendAnswering((*head)[:0], text)
	x.to.Answered(x.stream.conn.limits.now(), *head)
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

// appendAsking appends the head of the request as HTTP/1.1 would have it, with the fields
// in the order in which they came. In HTTP/2 their names have no case.
func (s *h2Stream) appendAsking(b []byte) []byte {
	a := &s.asked
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

// appendAnswering appends the head of the answer, in the order of the upstream; see
// capture.begin, which does not know that.
func (x *short) appendAnswering(b, text []byte) []byte {
	status := x.tether.answer.status
	b = append(strconv.AppendInt(append(b, "HTTP/2.0 "...), int64(status), 10), ' ')
	b = append(append(b, http.StatusText(status)...), "\r\n"...)
	words := h2Words()
	for name, value := range x.fields(text, 0) {
		b = appendField(b, words.canonical(name), value)
	}
	return append(b, "\r\n"...)
}
