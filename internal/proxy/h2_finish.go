package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// finish ends an answer whose handler has returned.
func (w *h2Writer) finish() {
	if !w.hasBegun {
		w.begin(http.StatusOK)
	}
	if w.declared >= 0 && w.written < w.declared && !w.isHead() && !w.isEmpty() {
		w.stream.reset(h2Internal, errH2Short.Error())
	} else {
		w.end()
	}
	w.isFinished = true
	w.release()
}

// release lets go of what waited, which was sent.
func (w *h2Writer) release() {
	if w.buffer != nil {
		h2Pendings.Put(w.buffer)
		w.buffer, w.head, w.body = nil, nil, nil
	}
}

// end sends what is left: of an answer that nobody has seen yet, all of it.
func (w *h2Writer) end() {
	trailers := w.trailers()
	if !w.hasSent && w.declared < 0 && !w.isEmpty() && !w.stream.isTunnel && !(w.isHead() && w.written == 0) && trailers == nil {
		w.head = appendH2Length(w.head, w.written)
	}
	if trailers == nil {
		w.send(w.body, true)
		return
	}
	if w.send(w.body, false) == nil {
		w.stream.conclude(trailers)
	}
}

// trailers encodes the trailers: those that were announced, and those that have
// http.TrailerPrefix. It returns nil if there are none.
func (w *h2Writer) trailers() (block []byte) {
	for key, values := range w.header {
		name, hasPrefix := strings.CutPrefix(key, http.TrailerPrefix)
		if !hasPrefix && !announces(w.names, key) {
			continue
		}
		for _, v := range values {
			block = w.stream.conn.words.appendTrailer(block, name, v)
		}
	}
	return block
}

// announces reports whether a list of names, as Trailer has it, has one.
func announces(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if list != "" && strings.EqualFold(strings.Trim(one, " \t"), name) {
			return true
		}
	}
	return false
}

// date returns the time for the Date field. It is made once in a second.
func (c *h2Conn) date() string {
	now := c.limits.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := now.Unix(); at != c.dated || c.dateText == "" {
		c.dated, c.dateText = at, now.UTC().Format(http.TimeFormat)
	}
	return c.dateText
}

// SetReadDeadline is what http.ResponseController asks for.
func (w *h2Writer) SetReadDeadline(t time.Time) error {
	w.stream.body.setDeadline(t)
	return nil
}

// SetWriteDeadline is what http.ResponseController asks for.
func (w *h2Writer) SetWriteDeadline(t time.Time) error {
	w.stream.setDeadline(t)
	return nil
}

// EnableFullDuplex has nothing to do: every stream goes both ways at once.
func (w *h2Writer) EnableFullDuplex() error { return nil }

// CloseWrite ends what is written to a tunnel, while its body goes on.
func (w *h2Writer) CloseWrite() error {
	if !w.stream.isTunnel {
		return fmt.Errorf("an answer to %s ends when its handler returns", w.stream.asked.method)
	}
	if !w.hasBegun {
		w.begin(http.StatusOK)
	}
	return w.send(nil, true)
}
