package proxy

import (
	"io"
	"iter"
	"net/http"
)

// answer passes on an answer whose head has n bytes.
func (x *short) answer(n int) {
	t, a := x.tether, &x.tether.answer
	body := &tetherBody{upstream: x.route.Upstream, tether: t, unwatch: x.stream.untie}
	text := t.rest()[:n]
	t.skip(n)
	body.begin()
	isHere := body.frame == framedByNothing || body.frame == framedByLength && uint64(len(t.rest())) >= body.left
	if a.status >= 400 || x.to != nil && !isHere { // it may be the refusal of a host
		res := body.receive(headerOf(a, text))
		x.goLong(func(long *exchange) { long.answer(long.r.Context(), res) })
		return
	}
	w := &x.stream.writer
	length := int64(-1)
	if a.framing == framedByLength || a.hasLength && a.length == 0 {
		length = int64(a.length)
	}
	w.settle(a.status, length)
	w.head = x.appendFields(w.head, text, x.withoutLength())
	if x.all&fateDate == 0 {
		w.addDate()
	}
	if x.to != nil {
		x.tape(text, t.rest()[:body.left])
	}
	x.pass(w, body)
	x.end("")
}

// withoutLength is the fate of Content-Length where there can be none (RFC 9110, section
// 8.6).
func (x *short) withoutLength() fate {
	if x.tether.answer.status == http.StatusNoContent {
		return fateLength
	}
	return 0
}

// pass passes on the body, and the trailers.
func (x *short) pass(w *h2Writer, body *tetherBody) {
	t := x.tether
	switch {
	case body.frame == framedByNothing:
		body.end(io.EOF)
		return
	case body.frame == framedByLength && uint64(len(t.rest())) >= body.left:
		_, err := w.Write(t.rest()[:body.left]) // a short one only waits there for its end
		t.skip(int(body.left))
		body.end(io.EOF)
		if err != nil {
			x.end(faultGone)
			mustEnd()
		}
		return
	}
	defer body.Close()
	if passOn(w, body, w.declared) != "" {
		mustEnd() // nobody records, or it would have gone the long way
	}
	for name, lines := range body.trailer {
		if !hops[name] && !kept[name] {
			w.Header()[http.TrailerPrefix+name] = lines
		}
	}
}

// appendFields appends the fields of an answer that are for the client, but for those
// with some fates; see exchange.head, which does the same.
func (x *short) appendFields(b, text []byte, without fate) []byte {
	for name, value := range x.fields(text, without) {
		b = x.appendField(b, name, value)
	}
	return b
}

// fields are those for the client. They are valid as long as the text is.
func (x *short) fields(text []byte, without fate) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) { x.eachField(text, without, yield) }
}

// eachField gives fields to yield, until that has enough.
func (x *short) eachField(text []byte, without fate, yield func(name, value string) bool) {
	a := &x.tether.answer
	x.all = 0
	fates := x.tether.fates[:0]
	for _, f := range a.fields {
		fate := fateOf(f.name.of(text))
		fates = append(fates, fate)
		x.all |= fate
	}
	x.tether.fates = fates
	isPicky := x.all&fateConnection != 0 && takesAway(text, a.fields, fates)
	for i, f := range a.fields {
		fate, name := fates[i], f.name.of(text)
		switch {
		case fate&without != 0, fate&fateHop != 0 && (fate&fateTrailer == 0 || a.framing != framedByChunks):
		case isPicky && fate&fateKept == 0 && isNamed(text, a.fields, fates, name):
		default:
			if !yield(textOf(name), x.back(fate, f.value.of(text))) {
				return
			}
		}
	}
}

// back is the value of a field, led back to the client's name for the upstream where it
// leads somewhere.
func (x *short) back(f fate, value []byte) string {
	if f&fateLocation == 0 && (f&fateCookie == 0 || !x.route.Own && x.route.Target.Path == "") {
		return textOf(value)
	}
	b := wayBack{u: x.route.Upstream, route: *x.route, host: x.stream.asked.host, proto: "http"}
	if x.stream.conn.tls != nil {
		b.proto = "https"
	}
	if f&fateCookie != 0 {
		return b.cookie(string(value))
	}
	return b.location(string(value))
}

func (x *short) appendField(b []byte, name, value string) []byte {
	return appendH2Field(b, name, x.stream.conn.words.index(name), value)
}
