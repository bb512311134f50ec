package proxy

import (
	"sync"
	"time"
)

// A tape is what is recorded of a request, if anybody records. It begins when there is
// an answer, or when that takes long. If the request is lent after that, the long way
// goes on with the recording: each request is recorded once.
type tape struct {
	by    Recorder // nil if nobody records
	at    time.Time
	fault string

	mu       sync.Mutex // guards what follows, and hot.in while that is read into
	hasBegun bool
	to       Recording // nil if nobody wants to know
}

// meet has whoever records find out who a client is.
func (s *sorter) meet(g *guest) {
	if s.hot == nil {
		return
	}
	if by := s.hot.recorder.Load(); by != nil {
		(*by).Meet(addressOf(g.RemoteAddr()), addressOf(g.LocalAddr()))
	}
}

// load gets a tape ready.
func (t *tape) load(h *hot) {
	t.by, t.to, t.hasBegun, t.fault = nil, nil, false, ""
	if by := h.proxy.recorder.Load(); by != nil {
		t.by, t.at = *by, h.sorter.now()
	}
}

// start begins to record, unless that was begun.
func (t *tape) start(h *hot) {
	if t.by == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hasBegun {
		return
	}
	t.hasBegun = true
	from := h.passage()
	from.Route = &h.route.Route
	t.to = t.by.Begin(t.at, from, h.said[h.head.start:h.head.line])
	t.asked(h.in[h.head.line:h.reading.end])
}

// passage is the way of the requests of this client.
func (h *hot) passage() Passage {
	if !h.here.IsValid() {
		h.here = addressOf(h.guest.LocalAddr())
	}
	return Passage{Client: h.client, Here: h.here, IsSecret: h.secret != nil}
}

// refused records that the request is refused because of its body.
func (t *tape) refused(h *hot, why breach) {
	if t.start(h); t.to != nil {
		recordRejection(t.to, h.sorter.now(), why)
		t.fault = why.Error()
		t.end(h)
	}
}

// asked records a part of the request's body. It is called with the lock held.
func (t *tape) asked(part []byte) {
	if t.to != nil && len(part) > 0 {
		t.to.Asked(part)
	}
}

// answered records the head of the answer, and content a part of what follows. Both
// are for who answers alone, and come after start.
func (t *tape) answered(h *hot, head []byte) {
	if t.start(h); t.to != nil {
		t.to.Answered(h.sorter.now(), head)
	}
}

func (t *tape) content(part []byte) {
	if t.to != nil && len(part) > 0 {
		t.to.Content(part)
	}
}

// hasEnough reports whether nobody wants to see the rest of the answer's body.
func (t *tape) hasEnough() bool { return t.to == nil || t.to.HasEnough() }

// passed records that n bytes went by that nobody has seen.
func (t *tape) passed(n int64) {
	if t.to != nil {
		t.to.Passed(0, n)
	}
}

// end ends it.
func (t *tape) end(h *hot) {
	if to := t.to; to != nil {
		t.to = nil // should that panic, it is not ended twice
		to.End(h.sorter.now(), t.fault)
	}
}

// breakOff ends it in the middle, if it goes on.
func (t *tape) breakOff(h *hot) {
	if t.fault == "" {
		t.fault = faultBroken
	}
	t.end(h)
}

// handOver gives the recording to who answers now, and tells how much of the request's
// body it has. It is nil where none has begun.
func (t *tape) handOver(h *hot) (to Recording, known int) {
	if to = t.to; to != nil {
		t.to, known = nil, h.reading.end-h.head.line
	}
	return to, known
}
