package serve

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A fault is a way in which a server can answer wrongly. net/http writes no
// wrong answers, so these are written by hand, to a connection that was taken
// over and is closed behind them.
type fault struct {
	name, doc string
	write     func(*breaker) error
}

// faults are all of them.
var faults = []fault{
	{"truncate", "the body ends in the middle of what was promised", (*breaker).truncate},
	{"reset", "the connection is reset in the middle of the body", (*breaker).reset},
	{"drip", "the body comes a piece at a time, for two seconds", (*breaker).drip},
	{"wrong-length", "there is more body than was promised", (*breaker).wrongLength},
	{"bad-chunk", "a chunk of the body has a length that is none", (*breaker).badChunk},
	{"duplicate-header", "the length is said twice, and is two lengths", (*breaker).duplicateHeader},
}

// faultNamed returns a fault by its name; nil if there is none.
func faultNamed(name string) *fault {
	for i, f := range faults {
		if f.name == name {
			return &faults[i]
		}
	}
	return nil
}

// ownFaults is where the endpoints are that answer wrongly.
const ownFaults = ownPath + "fault/"

// faultText is the body of answers that are wrong only in how they are sent.
const faultText = "This answer is sent by limen as it should not be, so that you see what your program makes of it.\n"

// serveFault answers wrongly, in the way that the path says.
func (s *Site) serveFault(w http.ResponseWriter, r *http.Request) {
	f := faultNamed(strings.TrimPrefix(r.URL.Path, ownFaults))
	if f == nil {
		docs := map[string]string{}
		for _, f := range faults {
			docs[ownFaults+f.name] = f.doc
		}
		answerJSON(w, r, http.StatusNotFound, map[string]any{"faults": docs})
		return
	}
	breakAnswer(w, r, f, reply{status: http.StatusOK, header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, body: []byte(faultText)})
}

// A reply is an answer that is known as a whole before it is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send answers as it should be.
func (a reply) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		h.Del("Content-Length") // RFC 9110, 8.6
		w.WriteHeader(a.status)
		return
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(a.body) // who does not read it is gone
	}
}

// breakAnswer sends an answer with a fault.
func breakAnswer(w http.ResponseWriter, r *http.Request, f *fault, a reply) {
	c, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(w, http.StatusNotImplemented, "HTTP/2 has no way to answer wrongly like this", "curl --http1.1")
		return
	}
	defer c.Close()
	c.SetDeadline(time.Time{}) // what the server had set is over with it
	b := &breaker{ctx: r.Context(), conn: c, out: out.Writer, reply: a}
	if f.write(b) == nil { // if not, the client is gone
		b.out.Flush()
	}
}

// head writes the beginning of an answer, with these headers beside its own.
func (b *breaker) head(more ...string) {
	fmt.Fprintf(b.out, "HTTP/1.1 %d %s\r\n", b.status, http.StatusText(b.status))
	b.header.Write(b.out) // an error comes back with the last write
	for _, line := range more {
		io.WriteString(b.out, line+"\r\n")
	}
	io.WriteString(b.out, "Cache-Control: no-store\r\nConnection: close\r\n\r\n")
}

// length is the header for a body of n bytes.
func length(n int) string { return fmt.Sprintf("Content-Length: %d", n) }

func (b *breaker) truncate() error {
	b.head(length(len(b.body) + 1))
	_, err := b.out.Write(b.body[:len(b.body)/2])
	return err
}

func (b *breaker) wrongLength() error {
	b.head(length(len(b.body) / 2))
	_, err := b.out.Write(b.body)
	return err
}

func (b *breaker) badChunk() error {
	b.head("Transfer-Encoding: chunked")
	half := len(b.body) / 2
	_, err := fmt.Fprintf(b.out, "%x\r\n%s\r\nlimen\r\n%s\r\n0\r\n\r\n", half, b.body[:half], b.body[half:])
	return err
}

func (b *breaker) duplicateHeader() error {
	b.head(length(len(b.body)), length(len(b.body)+1))
	_, err := b.out.Write(b.body)
	return err
}

func (b *breaker) reset() error {
	b.head(length(len(b.body) + 1))
	b.out.Write(b.body[:len(b.body)/2])
	if err := b.out.Flush(); err != nil {
		return err
	}
	// Nothing is left to be sent, and close(2) says so by a reset (SO_LINGER of
	// zero, socket(7)).
	inner := innermost(b.conn)
	if tcp, ok := inner.(interface{ SetLinger(int) error }); ok {
		if err := tcp.SetLinger(0); err != nil {
			return err
		}
	}
	return inner.Close() // past TLS, which would say good-bye
}

const (
	drips    = 50 // pieces of a body
	dripTime = 2 * time.Second
)

func (b *breaker) drip() error {
	b.head(length(len(b.body)))
	tick := time.NewTicker(dripTime / drips)
	defer tick.Stop()
	each := (len(b.body) + drips - 1) / drips
	for rest := b.body; len(rest) > 0; {
		n := min(each, len(rest))
		b.out.Write(rest[:n])
		rest = rest[n:]
		if err := b.out.Flush(); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-b.ctx.Done():
			return b.ctx.Err()
		}
	}
	return nil
}
