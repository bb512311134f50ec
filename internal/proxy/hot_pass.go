package proxy

import (
	"io"
	"strconv"
)

// pass writes what there is to write, and then the rest of the answer's body as it
// comes.
func (h *hot) pass() hotWay {
	t := h.tether
	for {
		if why := h.passRest(); why != 0 {
			h.write(h.out) // what was good
			return h.fall(brokenOff(why))
		}
		if h.given.isDone {
			break
		}
		if len(h.out) > 0 && h.write(h.out) != nil {
			return h.fall(faultGone)
		}
		h.out = h.out[:0]
		if t.got.Load()-h.got > leastSplice {
			h.fiber.leave() // it would keep others waiting
		}
		if h.isBig() {
			if len(t.rest()) > 0 {
				continue // else each read would leave some, and the buffer would stay small
			}
			if err := h.passBulk(); err != nil {
				return h.fall(brokenOff(err))
			}
			continue
		}
		if err := t.fill(); err != nil {
			if h.given.framing == framedByClose && err == io.EOF {
				h.out = append(h.out, "0\r\n\r\n"...)
				break
			}
			return h.fall(brokenOff(err))
		}
	}
	h.reading.stop(h)
	isUsable := h.letGo()
	if len(h.out) > 0 && h.write(h.out) != nil {
		h.tape.fault = faultGone
		return h.cut()
	}
	if !isUsable || h.isLast {
		return hotLast
	}
	return hotNext
}

// passRest appends to what is written next as much as there is of the body and room for.
func (h *hot) passRest() breach {
	t := h.tether
	for rest := t.rest(); len(rest) > 0 && !h.given.isDone; rest = t.rest() {
		room := cap(h.out) - len(h.out) - len("ffffffff\r\n\r\n")
		if room <= 0 {
			break
		}
		rest = rest[:min(room, len(rest))]
		from := len(h.out)
		taken, plain, why := h.given.follow(rest)
		if h.given.framing == framedByClose {
			h.out = append(strconv.AppendUint(h.out, uint64(plain), 16), "\r\n"...)
			h.out = append(append(h.out, rest[:plain]...), "\r\n"...)
		} else {
			h.out = append(h.out, rest[:plain]...)
		}
		if h.given.isDone {
			h.out = h.given.end(h.out)
		}
		h.tape.content(h.out[from:])
		t.skip(taken)
		if why != 0 {
			return why
		}
	}
	return 0
}

// fall ends an answer that is not whole: the connection is all that can say so.
func (h *hot) fall(fault string) hotWay {
	h.tether.cut()
	h.reading.stop(h)
	h.tether.end()
	if h.tape.fault = h.reading.fault(); h.tape.fault == "" {
		h.tape.fault = fault
	}
	return h.cut()
}

// letGo gives the connection to the upstream back where it is good for another
// request, and reports whether the client's is.
func (h *hot) letGo() bool {
	t := h.tether
	a := &t.answer
	h.fiber.letGo()
	h.tether = nil // which somebody else may have from now on
	isWhole := h.reading.isWhole.Load() && !h.reading.isGone.Load()
	isOver := a.options&optionClose != 0 || a.minor == 0 && a.options&optionKeep == 0 || h.given.framing == framedByClose
	if isOver || !isWhole || h.reading.isLeft {
		t.end()
	} else {
		h.route.Upstream.give(t)
	}
	return isWhole
}
