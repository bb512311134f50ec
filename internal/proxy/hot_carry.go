package proxy

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// hotOut is enough for a head and the beginning of a body, to be written at once.
const hotOut = 16 << 10

var hotOuts = sync.Pool{New: func() any { return new([hotOut]byte) }}

// carry carries a request whose head has n bytes to its upstream, and the answer back.
func (h *hot) carry(n int) hotWay {
	h.said, h.isLast, h.hint = h.in, h.head.options&optionClose != 0, ""
	h.sends = 0
	h.asked.begin(&h.head)
	taken, plain, why := h.asked.follow(h.in[n:])
	h.reading.begin(n+taken, h.asked.isDone)
	if why != 0 {
		h.tape.load(h)
		return h.refuse(why) // nothing of it has gone anywhere
	}
	method := h.head.method.of(h.said)
	h.guest.enter(phaseOther)
	t := h.route.Upstream.ready("", !idempotent[string(method)], h.fiber.place())
	if t == nil {
		var err error
		h.fiber.leave()
		if t, err = h.route.Upstream.fasten(h.ctx, ""); err != nil {
			return hotLend // there it is held until there is an upstream
		}
	}
	room := hotOuts.Get().(*[hotOut]byte)
	h.tether, h.out = t, room[:0]
	h.way.Store(t)
	h.fiber.take(t)
	h.tape.load(h)
	way := h.exchange(method, h.said[n:n+plain])
	if way != hotLend {
		h.tape.end(h)
	}
	h.way.Store(nil)
	h.tether, h.out, h.said = nil, nil, nil
	hotOuts.Put(room)
	if way == hotNext {
		h.done()
	}
	return way
}

// exchange sends a request, of whose body a part has come, and passes on the answer.
func (h *hot) exchange(method, body []byte) hotWay {
	h.sent, h.got = h.tether.sent.Load(), h.tether.got.Load()
	h.guest.enter(phaseWait)
	h.send(body)
	if h.asked.isDone {
		h.reading.state.Store(readingMay)
	} else {
		h.fiber.leave()
		h.reading.start(h)
	}
	return h.hear(method)
}

// send sends the head, and what there is of the body, at once if that is not too much.
func (h *hot) send(body []byte) {
	h.out = h.appendRequest(h.out)
	if len(h.out)+len(body) > hotOut {
		h.tether.Write(h.out) // that an upstream takes nothing, reading tells
		h.tether.Write(body)
		h.out = h.out[:0]
	} else {
		h.out = append(h.out, body...)
	}
	if h.asked.isDone {
		h.out = h.asked.end(h.out)
	}
	if len(h.out) > 0 {
		h.tether.Write(h.out)
	}
	h.out = h.out[:0]
}

// hear reads heads until one is that of the answer, and passes that on.
func (h *hot) hear(method []byte) hotWay {
	t := h.tether
	for early := 0; ; {
		n, err := t.readHead(method)
		if err != nil {
			return h.lack(err)
		}
		switch status := t.answer.status; {
		case status == http.StatusSwitchingProtocols:
			return h.lack(errors.Join(errNotHTTP, errOther)) // nobody has asked for it
		case status >= 200:
			return h.answer(n)
		case status != http.StatusContinue && early < mostEarly:
			early++
			h.appendHead(t.rest()[:n], fateLength)
			h.write(append(h.out, "\r\n"...)) // that nobody takes it, what comes after it will tell
			h.out = h.out[:0]
		}
		t.skip(n)
		if t.got.Load()-h.got > leastSplice {
			h.fiber.leave() // it would keep others waiting
		}
	}
}

// write writes to the client.
func (h *hot) write(b []byte) error {
	h.guest.enter(phaseGive)
	_, err := h.speak(b)
	h.guest.enter(phaseWait)
	return err
}

// lack is when there is no answer, or none that is HTTP.
func (h *hot) lack(err error) hotWay {
	t := h.tether
	h.fiber.leave()
	h.reading.stop(h)
	defer t.end()
	switch why := breach(h.reading.breach.Load()); {
	case h.reading.isGone.Load():
		h.tape.fault = h.reading.fault()
		return h.cut()
	case why != 0:
		h.tape.fault = why.Error()
		return h.refuse(why)
	}
	isSilent := t.got.Load() == h.got
	isUndone := isSilent && (t.sent.Load() == h.sent || err == io.EOF && t.isUnheard(h.sent) || idempotent[string(h.head.method.of(h.said))])
	if (isUndone || h.mayTurn()) && h.reading.isKept(h.head.line) {
		if !t.isReused {
			h.sends = 1
		}
		return hotLend
	}
	return h.explain(err)
}

// mayTurn reports whether an upstream seems to speak TLS now, and may be asked so.
func (h *hot) mayTurn() bool {
	return manners[h.route.Target.Scheme] == mannerUnknown && !h.tether.isReused && strings.HasPrefix(h.tether.began(), alert)
}
