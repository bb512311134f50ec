package proxy

import "net/http"

// captureOf finds the capture that a writer leads to; nil if there is none.
func captureOf(w http.ResponseWriter) *capture {
	for {
		switch v := w.(type) {
		case *capture:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// keep has the recording go on when the request is answered, until end.
func (c *capture) keep() *capture {
	if c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.isKept = true
	}
	return c
}

// client is a client's end of a tunnel, of which is heard what comes.
func (c *capture) client(e end) end {
	if c == nil {
		return e
	}
	return &heardEnd{e, func(part []byte) { c.over(part, Recording.Asked) }}
}

// upstream is an upstream's end of one.
func (c *capture) upstream(e end) end {
	if c == nil {
		return e
	}
	return &heardEnd{e, func(part []byte) { c.over(part, Recording.Content) }}
}

func (c *capture) over(part []byte, take func(Recording, []byte)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to != nil && len(part) > 0 {
		take(c.to, part)
	}
}

// end says that a tunnel has ended, and what broke it off.
func (c *capture) end(err error) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.fault = faultTunnel + ": " + reasonOf(err)
	}
	c.content.isChunked = false
	c.finish(err == nil)
}

// A heardEnd is an end of a tunnel of which is heard what comes.
type heardEnd struct {
	end

	heard func([]byte)
}

// Read reads on.
func (e *heardEnd) Read(p []byte) (int, error) {
	n, err := e.end.Read(p)
	e.heard(p[:n])
	return n, err
}
