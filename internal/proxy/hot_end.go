package proxy

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/limenhq/limen"
)

// done forgets the request that was answered, and keeps what stands behind it.
func (h *hot) done() {
	if h.reading.isTooMuch {
		h.in = append(h.in[:0], h.reading.behind...)
	} else {
		h.in = h.in[:copy(h.in, h.in[h.reading.end:])]
	}
	if len(h.in) == 0 && cap(h.in) > hotRoom {
		h.in = nil
	}
	if cap(h.head.fields) > keptRows {
		h.head.fields, h.fates = nil, nil
	}
	h.reading.isAnswering.Store(false)
	h.guest.enter(phaseIdle)
}

// cut ends the connection at once, as does nothing that is whole.
func (h *hot) cut() hotWay {
	h.fiber.over()
	h.leave()
	h.guest.close()
	return hotOver
}

// leave has the crowd forget how it stands with this client.
func (h *hot) leave() {
	h.guest.enter(phaseOther)
	h.guest.hot.Store(nil)
}

// refuse says to the client why its request is refused, and ends the connection. If an
// answer is on its way that is all it can still get.
func (h *hot) refuse(why breach) hotWay {
	if h.reading.isAnswering.Load() {
		return h.cut()
	}
	h.fiber.leave()
	now := h.sorter.now()
	h.tape.refused(h, why)
	h.guest.SetWriteDeadline(now.Add(lingerTime))
	h.conn.Write(rejection(why, now)) // whoever does not read it will see the end
	h.linger()
	return hotOver
}

// refuseHead is when there is not even a head that could be taken.
func (h *hot) refuseHead(why breach) {
	if h.proxy.recorder.Load() != nil {
		h.proxy.refused(h.passage(), remnantOf(h.in), why.Error(), func(to Recording, at time.Time) { recordRejection(to, at, why) })
	}
	h.tape.by = nil // which the request before had
	h.refuse(why)
}

// linger ends the connection in good order. If bytes of the client were left unread,
// the system would have it lose the answer (RFC 9112, 9.6).
func (h *hot) linger() {
	h.fiber.over()
	h.leave()
	now := h.sorter.now()
	h.guest.SetWriteDeadline(now.Add(lingerTime))
	if half, ok := h.conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	h.guest.SetReadDeadline(now.Add(lingerTime))
	io.CopyN(io.Discard, h.guest.Conn, lingerBytes) // how it ends is the same to us
	h.guest.close()
}

// recover ends a connection, and nothing else, when there is a mistake in what
// serves it.
func (h *hot) recover() {
	v := recover()
	if v == nil {
		return
	}
	h.fiber.leave()
	if v != http.ErrAbortHandler {
		h.sorter.limits.tell(limen.Gap{
			What: fmt.Sprintf("the answer to %.200q", h.asksFor()),
			Why:  fmt.Sprintf("limen has a mistake at %s: %.500v", culprit(), v),
			Next: "report it, with this line",
		})
	}
	if h.tether != nil {
		h.tether.cut()
	}
	h.reading.stop(h)
	attempt("the record of that", h.sorter.limits.tell, func() error {
		h.tape.breakOff(h)
		return nil
	})
	h.cut()
}

// asksFor is what the client has asked for last, as far as that is known.
func (h *hot) asksFor() []byte {
	said := h.said
	if said == nil { // no request is under way yet
		said = h.in
	}
	if int(h.head.target.to) > len(said) {
		return nil
	}
	return h.head.target.of(said)
}

// lend gives the connection to the long way, for one request: the one that is under
// way, or the next. From then on, whoever lends touches nothing of it.
func (h *hot) lend(isUnderWay bool) {
	h.fiber.over()
	h.leave()
	c := h.sorter.wary(h.guest, h.conn, h.in)
	c.reel.begun, c.reel.known = h.tape.handOver(h)
	c.isCounted, c.owner, h.in = isUnderWay, h, nil
	if h.secret != nil {
		h.sorter.plain.give(waryTLS{c})
	} else {
		h.sorter.plain.give(c)
	}
}

// resume goes on with a connection that comes back, and with what was read of it and
// not answered.
func (h *hot) resume(rest []byte) {
	h.in = rest
	h.guest.enter(phaseIdle)
	h.sorter.start(h.serve)
}

// closing is the field that says that no other answer will come.
const closing = "Connection: close\r\n"

// appendDate appends when the answer was made.
func (h *hot) appendDate(out []byte) []byte {
	out = append(out, "Date: "...)
	out = time.Unix(0, h.guest.crowd.clock.Load()).UTC().AppendFormat(out, http.TimeFormat)
	return append(out, "\r\n"...)
}
