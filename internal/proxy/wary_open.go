package proxy

import "io"

// open lets everything through from now on, and without a limit of time. Only now is it
// certain that nobody will read a request behind this one: an upgrade that was asked
// for may have been declined.
func (c *wary) open() {
	c.dropReel()
	c.state, c.head, c.parts = waryOpen, head{}, chunks{}
	if c.at == len(c.room) {
		c.room, c.at, c.free = nil, 0, 0 // there may be a thousand of them
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isOpen = true
}

// readOpen reads all there is.
func (c *wary) readOpen(p []byte) (int, error) {
	switch {
	case c.free < len(c.room):
		c.free = len(c.room)
		return c.read(p)
	case c.hasEnded:
		return 0, io.EOF
	}
	c.room, c.at, c.free = nil, 0, 0
	return c.Conn.Read(p)
}
