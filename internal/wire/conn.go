package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"
)

// A conn is a connection to a limen, on which one thing is asked at a time.
type conn struct {
	*net.UnixConn
	r    *bufio.Reader // of itself
	pace pace
	used bool  // something was asked on it before
	room int64 // how much more it may say
	cut  error // why it says nothing more

	mu      sync.Mutex // guards what follows, and the deadlines that go with it
	stopped bool       // whoever asked wants no more
}

func newConn(u *net.UnixConn, p pace) *conn {
	c := &conn{UnixConn: u, pace: p}
	c.r = bufio.NewReaderSize(c, 16<<10)
	return c
}

// Read waits for the other end as long as it shows that it lives, and for as
// much as it may say.
func (c *conn) Read(p []byte) (int, error) {
	if c.room <= 0 {
		return 0, errTooLong
	}
	p = p[:min(int64(len(p)), c.room)]
	c.expect(c.pace.silence)
	n, err := c.UnixConn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.expect(max(glance, c.pace.silence/6)) {
		n, err = c.UnixConn.Read(p)
	}
	c.room -= int64(n)
	c.cut = err
	return n, err
}

// glance is how long it is waited, at the least, for a sign of life after the time
// for it is over: a process that was stopped (Ctrl-Z) finds its time over before it
// has read what lies there, and on a machine that was paused, as a virtual one is,
// the other end was not run either.
const glance = 10 * time.Millisecond

// expect waits anew for a sign of life, and reports false if whoever asked wants no
// more.
func (c *conn) expect(silence time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped {
		c.SetReadDeadline(now().Add(silence))
	}
	return !c.stopped
}

// stop says that whoever asked wants no more, and gives the other end some time
// to say what came of it. The context of a request ends when the server reads
// the end of what is sent (net/http, Request.Context).
func (c *conn) stop() { c.part(c.pace.patience) }

func (c *conn) part(patience time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.stopped = true
	c.SetDeadline(now().Add(patience))
	c.CloseWrite()
}

// ask sends a question, and returns the head of its answer. The answer's body
// has to be read before anything else is asked.
func (c *conn) ask(ctx context.Context, name, accept string, question []byte) (*http.Response, error) {
	head := "POST " + root + url.PathEscape(name) + " HTTP/1.1\r\nHost: " + host +
		"\r\nContent-Type: " + oneText + "\r\nAccept: " + accept +
		"\r\nContent-Length: " + strconv.Itoa(len(question)) + "\r\n\r\n"
	if _, err := c.Write(append([]byte(head), question...)); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnsent, err)
	}
	for {
		c.room = maxHead
		// It reads no body of 1xx (RFC 9110 section 15.2), which are signs of life.
		res, err := http.ReadResponse(c.r, &http.Request{Method: http.MethodPost})
		switch {
		case err != nil && c.cut != nil: // what came before is half of something
			return nil, c.cut
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errNotLimen, err)
		case res.StatusCode/100 != 1:
			c.room = math.MaxInt64 // from here on whoever reads it looks
			return res, checkAnswer(res, accept)
		}
	}
}

// checkAnswer says what is wrong with an answer before its body is read.
func checkAnswer(res *http.Response, accept string) error {
	if res.StatusCode != http.StatusOK {
		accept = oneText
	}
	switch spoken := res.Header.Get(versionHeader); {
	case spoken == "":
		return fmt.Errorf("%w: its answer has no header %s", errNotLimen, versionHeader)
	case spoken != version:
		return fmt.Errorf("%w: version %q of the protocol, not %s", errForeign, spoken, version)
	case res.Header.Get("Content-Type") != accept:
		return fmt.Errorf("%w: its answer is %q", errNotLimen, res.Header.Get("Content-Type"))
	}
	return nil
}

// rest makes the connection ready for another question, and reports whether it
// is.
func (c *conn) rest() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = true
	return !c.stopped && c.r.Buffered() == 0 && c.SetDeadline(time.Time{}) == nil
}

// open connects to the limen behind a socket, if it is this user's, or root's.
func open(ctx context.Context, path string, p pace) (*conn, error) {
	if err := checkPath(path); err != nil {
		return nil, notAsked(path, err)
	}
	dialled, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, notAsked(path, err)
	}
	u := dialled.(*net.UnixConn)
	switch who, err := peer(u); {
	case err != nil:
		u.Close()
		return nil, notAsked(path, err)
	case !who.isOurs():
		u.Close()
		return nil, notAsked(path, fmt.Errorf("%w: who answers there is user %d", errStranger, who.UID))
	}
	return newConn(u, p), nil
}
