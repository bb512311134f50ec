package proxy

import (
	"cmp"
	"time"

	"github.com/limenhq/limen"
)

// h2Limits say how much of this machine one HTTP/2 connection may use, and how
// long it may take. The zero value means the usual ones.
type h2Limits struct {
	streams int32 // how many requests may be under way; zero means 250
	fields  int   // bytes of a head as RFC 9113, section 6.5.2 counts them; zero means 64 KiB
	window  int32 // bytes of one request's body that wait for their handler; zero means 64 KiB
	windows int32 // the same of all requests of a connection together; zero means 1 MiB
	credit  int   // frames without work in them that are taken before work has to come; zero means 1,000

	head time.Duration // how long a head may take to arrive; zero means 20 s, and it may be twice that
	idle time.Duration // how long a connection may be without a request, or silent; zero means 3 minutes

	stall time.Duration // how long it may take nothing of what we have for it; zero means 5 minutes

	proxy *Proxy // whose routes the short way takes; nil means that there is none
	guest *guest // who is at work meanwhile

	now  func() time.Time // the clock of the Date field; nil means the system's
	tell func(limen.Gap)  // hears of handlers that panicked; nil means that nobody listens
}

// usual returns the limits with the usual ones in place of those that are zero.
func (l h2Limits) usual() h2Limits {
	l.streams = cmp.Or(l.streams, 250)
	l.fields = cmp.Or(l.fields, 64<<10)
	l.window = cmp.Or(l.window, h2InitialWindow)
	l.windows = max(cmp.Or(l.windows, 1<<20), h2InitialWindow)
	l.credit = cmp.Or(l.credit, 1000)
	l.head = cmp.Or(l.head, 20*time.Second)
	l.idle = cmp.Or(l.idle, 3*time.Minute)
	l.stall = cmp.Or(l.stall, 5*time.Minute)
	if l.now == nil {
		l.now = time.Now
	}
	if l.tell == nil {
		l.tell = func(limen.Gap) {}
	}
	return l
}

// block is how many encoded bytes a field block may have. A block within it that
// makes too long a head can be decoded to its end, which keeps the peers' tables
// the same, and is answered with 431; a longer one ends the connection
// (CVE-2024-27316).
func (l h2Limits) block() int { return 2 * l.fields }

// h2Backlog is how many bytes wait to be written before those who have more to
// write wait, too. It is four times the longest frame that we send.
const h2Backlog = 4 * h2FrameSize

// h2Slack is how many bytes of answers to the peer's own frames, which cannot wait,
// may come on top of that before it counts as one that asks and never listens.
const h2Slack = 64 << 10

// errand is what a frame does to a connection's credit. Nothing forbids a peer
// to send frames that cost us work and it nothing, one after another: PING,
// SETTINGS, empty DATA (CVE-2019-9512, -9515, -9518), or requests that it takes
// back at once (CVE-2023-44487). Each takes one; whoever also lets us do what a
// server is for gets it back, as does who waits.
func (c *h2Conn) errand() error {
	if c.credit.Add(-1) < 0 {
		return h2Breach(h2Calm, "too many frames that ask for nothing")
	}
	return nil
}

// replied is errand for frames that were answered by one: a peer that reads no
// answers must not have us keep them. The lock is held.
func (c *h2Conn) replied() error {
	if len(c.out) > h2Backlog+h2Slack {
		return h2Breach(h2Calm, "answers that nobody reads")
	}
	return c.errand()
}

// earned gives one back: a request was answered, or a part of a body has moved.
func (c *h2Conn) earned() {
	if c.credit.Load() < int32(c.limits.credit) {
		c.credit.Add(1)
	}
}
