package proxy

import (
	"sync"
	"time"
)

// A tape is what is recorded of a request, if anybody records: it begins when the
// request will not be lent any more, so that each is recorded once.
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
	from := Passage{Client: h.client, Here: addressOf(h.guest.LocalAddr()), IsSecret: h.secret != nil, Route: &h.route.Route}
	t.to = t.by.Begin(t.at, from, h.said[h.head.start:h.head.line])
	t.asked(h.in[h.head.line:h.reading.end])
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

// passed records that n bytes went by that nobody has seen.
func (t *tape) passed(n int64) {
	if t.to != nil {
		t.to.Passed(0, n)
	}
}

// end ends it.
func (t *tape) end(h *hot) {
	if t.to != nil {
		t.to.End(h.sorter.now(), t.fault)
	}
}
