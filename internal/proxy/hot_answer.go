package proxy

import (
	"net/http"
	"strconv"
)

// answer passes on an answer whose head has n bytes.
func (h *hot) answer(n int) hotWay {
	t := h.tether
	if way, isOurs := h.heedRefusal(n); isOurs {
		return way
	}
	a := &t.answer
	h.isLast = h.isLast || !h.reading.isWhole.Load() || h.guest.crowd.isEnding.Load()
	h.reading.isAnswering.Store(true)
	without := fate(0)
	if a.status == http.StatusNoContent {
		without = fateLength // RFC 9110, section 8.6
	}
	all := h.appendHead(t.rest()[:n], without)
	if a.framing == framedByChunks || a.framing == framedByClose {
		h.out = append(h.out, chunkedField...)
	}
	if all&fateDate == 0 {
		h.out = h.appendDate(h.out)
	}
	if h.hint != "" {
		h.out = appendField(h.out, "Limen-Hint", h.hint)
	}
	if h.isLast {
		h.out = append(h.out, closing...)
	}
	h.out = append(h.out, "\r\n"...)
	h.tape.answered(h, h.out)
	h.given.begin(a)
	t.skip(n)
	return h.pass()
}

// appendHead appends the head of an answer as the client gets it, but for fields with
// some fates, and returns the fates of all.
func (h *hot) appendHead(b []byte, without fate) (all fate) {
	a := &h.tether.answer
	h.givenFates = h.givenFates[:0]
	for _, f := range a.fields {
		fate := fateOf(f.name.of(b))
		h.givenFates = append(h.givenFates, fate)
		all |= fate
	}
	isPicky := all&fateConnection != 0 && takesAway(b, a.fields, h.givenFates)
	h.out = appendStatus(h.out, a.status)
	for i, f := range a.fields {
		fate := h.givenFates[i]
		name, value := f.name.of(b), f.value.of(b)
		switch {
		case fate&without != 0:
		case fate&fateHop != 0 && (fate&fateTrailer == 0 || a.framing != framedByChunks):
		case isPicky && fate&fateKept == 0 && isNamed(b, a.fields, h.givenFates, name):
		case fate&(fateLocation|fateCookie) != 0:
			h.out = appendField(h.out, name, h.leadBack(fate, value))
		default:
			h.out = appendField(h.out, name, value)
		}
	}
	return all
}

// appendStatus appends the first line of an answer.
func appendStatus(out []byte, status int) []byte {
	out = append(strconv.AppendInt(append(out, "HTTP/1.1 "...), int64(status), 10), ' ')
	text := http.StatusText(status)
	if text == "" {
		text = "status code " + strconv.Itoa(status) // as net/http has it
	}
	return append(append(out, text...), "\r\n"...)
}

// leadBack leads a field to where the client knows the upstream; see wayBack.lead.
func (h *hot) leadBack(f fate, value []byte) []byte {
	if f&fateCookie != 0 && !h.route.Own && h.route.Target.Path == "" {
		return value
	}
	b := wayBack{u: h.route.Upstream, route: *h.route, host: string(h.head.host.of(h.said)), proto: "http"}
	if h.secret != nil {
		b.proto = "https"
	}
	if f&fateCookie != 0 {
		return []byte(b.cookie(string(value)))
	}
	return []byte(b.location(string(value)))
}
