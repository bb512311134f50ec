package proxy

import (
	"bytes"
	"net/http"
)

// A reel is what a wary keeps of a request for who records it on the long way: the head
// as the client has sent it, and its body as it is let through. A recording that has
// begun on the short way goes on. What a reel holds the wary's lock guards.
type reel struct {
	isWanted bool         // somebody records
	head     []byte       // nil where nobody has to know it
	begun    Recording    // has the head already; nil when somebody has taken it, or there is none
	known    int          // bytes of the body that it has, too
	heard    func([]byte) // gets the others; nil while nobody wants them
}

// reelOf takes the reel of a request, and has what comes of its body heard. There is
// none where another server than a front's has read it.
func reelOf(r *http.Request, heard func([]byte)) (reel, bool) {
	c, ok := r.Context().Value(waryKey{}).(*wary)
	if !ok {
		return reel{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.reel
	if taken.head == nil && taken.begun == nil {
		return reel{}, false // recording has begun only now
	}
	c.reel.head, c.reel.begun, c.reel.heard = nil, nil, heard
	return taken, true
}

// keepHead keeps a head for who records.
func (c *wary) keepHead(head []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reel.heard = nil; c.reel.isWanted && c.reel.begun == nil {
		c.reel.head = bytes.Clone(head)
	}
}

// hear has a part of the body heard that is let through.
func (c *wary) hear(part []byte) {
	c.mu.Lock()
	heard := c.reel.heard
	known := min(c.reel.known, len(part))
	c.reel.known -= known
	c.mu.Unlock()
	if heard != nil && len(part) > known {
		heard(part[known:])
	}
}

// dropReel is when the request is over. A recording that nobody went on with ends.
func (c *wary) dropReel() {
	c.mu.Lock()
	begun := c.reel.begun
	c.reel = reel{}
	c.mu.Unlock()
	if begun != nil {
		begun.End(c.now(), faultBroken)
	}
}
