package serve

import (
	"io"
	"net/http"
)

// mostKept is how much of a body is recorded.
const mostKept = 1 << 20

// A keptBody is as much of a body as is recorded.
type keptBody struct {
	kept []byte
	size int64 // of all of it
}

func (k *keptBody) add(b []byte) {
	k.size += int64(len(b))
	if room := mostKept - len(k.kept); room > 0 {
		k.kept = append(k.kept, b[:min(len(b), room)]...)
	}
}

// A keeping is the body of a request that is recorded while it is read.
type keeping struct {
	io.ReadCloser

	body *keptBody
}

func (k keeping) Read(b []byte) (int, error) {
	n, err := k.ReadCloser.Read(b)
	k.body.add(b[:n])
	return n, err
}

// A capture is a writer that records the answer while it is sent.
type capture struct {
	http.ResponseWriter

	status int
	sent   http.Header // as it was when it went out
	body   keptBody
	first  func() // called when the answer begins
}

func (c *capture) WriteHeader(status int) {
	if c.sent == nil && status >= 200 {
		c.begin(status)
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *capture) begin(status int) {
	c.status, c.sent = status, c.Header().Clone()
	c.first()
}

func (c *capture) Write(b []byte) (int, error) {
	if c.sent == nil {
		c.begin(http.StatusOK)
	}
	n, err := c.ResponseWriter.Write(b)
	c.body.add(b[:n])
	return n, err
}

func (c *capture) Unwrap() http.ResponseWriter { return c.ResponseWriter }
