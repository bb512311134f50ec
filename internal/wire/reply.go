package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A reply is the answer to one question while it is given. Between the parts of
// it, it says that whoever was asked lives.
type reply struct {
	w    http.ResponseWriter
	conn *http.ResponseController
	beat time.Duration

	mu    sync.Mutex  // guards what follows, and that one part is written after the other
	begun bool        // the head of a feed is out
	over  bool        // nothing more is written
	next  *time.Timer // the next sign of life; nil before begin
}

// errOver is what a feed hears that goes on after its end.
var errOver = errors.New("the answer is over")

func newReply(w http.ResponseWriter, beat time.Duration) *reply {
	return &reply{w: w, conn: http.NewResponseController(w), beat: beat}
}

// begin gives signs of life from now on, until the reply is over.
func (r *reply) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = time.AfterFunc(r.beat, r.live)
}

// live says that whoever was asked lives.
func (r *reply) live() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	if r.begun {
		r.send([]byte{'\n'})
	} else {
		r.w.WriteHeader(http.StatusProcessing)
	}
	r.next.Reset(r.beat)
}

// end lets no more be written. It waits for a sign of life that is on its way.
func (r *reply) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if r.next != nil {
		r.next.Stop()
	}
}

// limit ends what waits for somebody who does not read, some time after ctx
// does: before, they may take as long as they like, as in a pager. The caller
// stops it when nothing is written any more.
func (r *reply) limit(ctx context.Context, patience time.Duration) (stop func() bool) {
	return context.AfterFunc(ctx, func() { r.conn.SetWriteDeadline(now().Add(patience)) })
}

// answer is the whole reply to a verb.
func (r *reply) answer(name string, out any) {
	text, err := json.Marshal(out)
	if err == nil && len(text) > maxAnswer {
		err = fmt.Errorf("it has %d bytes, and %d are the most; ask for less", len(text), maxAnswer)
	}
	if err != nil {
		r.fail(unsayable(name, err))
		return
	}
	r.whole(http.StatusOK, text)
}

// fail is the whole reply, or the rest of it, to what could not be done.
func (r *reply) fail(f failure) {
	r.mu.Lock()
	begun := r.begun
	r.mu.Unlock()
	if begun {
		r.last(&f)
		return
	}
	r.whole(f.status(), f.text())
}

func (r *reply) whole(status int, text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	r.over = true
	r.w.Header().Set("Content-Type", oneText)
	r.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	r.w.WriteHeader(status)
	r.w.Write(text) // nobody is left to be told that it failed
}

// item is one item of a feed. It waits until the system has taken it.
func (r *reply) item(name string, item any) error {
	text, err := itemText(item)
	if err != nil {
		f := unsayable(name, err)
		return &f.Error
	}
	return r.line(text)
}

// last ends a feed: with an error, unless it is nil.
func (r *reply) last(f *failure) {
	r.line(endText(f)) // nobody is left to be told that it failed
	r.end()
}

func (r *reply) line(text []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return errOver
	}
	if !r.begun {
		r.begun = true
		r.w.Header().Set("Content-Type", lines)
	}
	return r.send(append(text, '\n'))
}

// send writes at once, holding r.mu.
func (r *reply) send(text []byte) error {
	if _, err := r.w.Write(text); err != nil {
		return err
	}
	return r.conn.Flush()
}

// unsayable is what an answer is that cannot be sent.
func unsayable(name string, err error) failure {
	return failure{Error: limen.Error{
		Kind: limen.Internal, What: fmt.Sprintf("cannot say the answer to %q", name), Why: err.Error(),
		Next: "if it is not too long, report it: https://github.com/limenhq/limen/issues",
	}}
}
