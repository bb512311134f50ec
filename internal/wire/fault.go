package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"

	"github.com/limenhq/limen"
)

// What a caller may have to tell apart, beside the Kind of an error.
var (
	ErrInUse  = errors.New("another limen answers there")       // of Listen
	ErrNobody = errors.New("no limen answers there")            // of Dial, and of a Client when the limen has ended since
	ErrGone   = errors.New("the limen that was asked has gone") // of a Client, in the middle of an answer
)

// What can be wrong with who is asked, or what it says.
var (
	errStranger = errors.New("another user answers there")
	errNotLimen = errors.New("what answers there is no limen")
	errForeign  = errors.New("it says what this limen does not understand")
	errTooLong  = errors.New("it says more than it may")
	errUnsent   = errors.New("the question was not read")
)

// A fault is an error of three parts that has a cause to be told by, too.
type fault struct {
	said  limen.Error
	cause error
}

func (f *fault) Error() string   { return f.said.Error() }
func (f *fault) Unwrap() []error { return []error{&f.said, f.cause} }

// A cause is how one sort of error is explained. Why is empty where the error
// says it best.
type cause struct {
	is        func(error) bool
	kind      limen.Kind
	why, next string
	means     error // what the caller can tell it by; nil for the error itself
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

func isCut(err error) bool {
	return is(io.EOF, io.ErrUnexpectedEOF, errUnsent)(err) || errors.As(err, new(*net.OpError))
}

// reaching are the causes why nobody can be asked; the first that fits counts.
var reaching = []cause{
	{is: is(fs.ErrNotExist, refused, syscall.ENOTDIR), kind: limen.NotFound, why: ErrNobody.Error(), means: ErrNobody},
	{is: is(fs.ErrPermission), kind: limen.Denied, why: "it is another user's"},
	{is: is(errStranger), kind: limen.Denied, next: "see who made it, and who may write to its directory"},
	{is: is(syscall.EAGAIN), kind: limen.Busy, why: "too many ask it at this moment", next: "ask again"}, // connect(2): the queue of a Unix socket is full
}

// answering are the causes why an answer does not come to its end.
var answering = []cause{
	{is: is(errForeign), kind: limen.Unsupported, next: "update limen here"},
	{is: is(errNotLimen), kind: limen.Unsupported},
	{is: is(errTooLong), kind: limen.Unsupported, next: "ask for less"},
	{is: is(os.ErrDeadlineExceeded), kind: limen.NotFound, why: "the limen that was asked gives no sign of life any more", next: "ask again", means: ErrGone},
	{is: isCut, kind: limen.NotFound, why: ErrGone.Error(), next: "ask again", means: ErrGone},
}

// explain makes an error of three parts, by the first cause that fits.
func explain(causes []cause, what string, err error) error {
	var known *limen.Error
	if errors.As(err, &known) {
		return &limen.Error{Kind: known.Kind, What: what, Why: known.Why, Next: known.Next}
	}
	f := &fault{limen.Error{What: what, Why: err.Error()}, err}
	for _, c := range causes {
		if !c.is(err) {
			continue
		}
		f.said.Kind, f.said.Next = c.kind, c.next
		if c.why != "" {
			f.said.Why = c.why
		}
		if c.means != nil {
			f.cause = c.means
		}
		return f
	}
	f.said.Next = "report it: https://github.com/limenhq/limen/issues"
	return f
}

// notAsked says why the limen behind a socket cannot be asked.
func notAsked(path string, err error) error {
	return explain(reaching, fmt.Sprintf("cannot ask the limen at %q", path), err)
}

// notAnswered says why there is no answer, or not all of it. A context that has
// ended explains whatever came after.
func notAnswered(ctx context.Context, name string, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return explain(answering, fmt.Sprintf("cannot go on with %q", name), err)
}
