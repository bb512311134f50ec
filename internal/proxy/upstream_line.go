package proxy

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
)

// A line is a connection to an upstream that remembers enough to say what went
// wrong on it.
type line struct {
	net.Conn
	sent, got atomic.Int64            // bytes
	first     atomic.Pointer[[]byte]  // what came first, as much as came at once, or a little of it
	load      atomic.Pointer[portion] // the body that is being sent
	isAsked   atomic.Bool             // something may have been sent
	isBroken  atomic.Bool             // it takes nothing any more
}

// Read notes how an upstream begins to speak. One that speaks before it was
// asked, as SSH does, speaks no HTTP.
func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if n == 0 || l.got.Add(int64(n)) != int64(n) {
		return n, err
	}
	first := slices.Clone(p[:min(n, 64)])
	l.first.Store(&first)
	if !l.isAsked.Load() {
		return 0, io.EOF
	}
	return n, err
}

// Write sends, as long as anybody takes it. A server that answers before it has
// read everything, as with 413, may end the connection at once: then the rest
// goes nowhere, and reading tells what there is of the answer.
func (l *line) Write(p []byte) (int, error) {
	if l.isBroken.Load() {
		return len(p), nil
	}
	l.isAsked.Store(true)
	n, err := l.Conn.Write(p)
	l.sent.Add(int64(n))
	if err == nil || errors.Is(err, net.ErrClosed) {
		return n, err
	}
	l.isBroken.Store(true)
	return len(p), nil
}

// Close ends the connection, and the sending of a body on it, even where that
// waits for the client to go on.
func (l *line) Close() error {
	err := l.Conn.Close()
	if body := l.load.Load(); body != nil {
		body.Close()
	}
	return err
}

// began returns what an upstream said first.
func (l *line) began() string {
	if first := l.first.Load(); first != nil {
		return string(*first)
	}
	return ""
}
