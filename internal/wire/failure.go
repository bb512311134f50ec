package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/limenhq/limen"
)

// A failure is an error on its way: its three parts, and what a verb answered
// beside it.
type failure struct {
	limen.Error
	Stopped bool            `json:"stopped,omitempty"` // it is no error: whoever asked wanted no more
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// statuses says which status of HTTP goes with a Kind.
var statuses = []struct {
	kind   limen.Kind
	status int
}{
	{limen.Internal, http.StatusInternalServerError},
	{limen.Invalid, http.StatusBadRequest},
	{limen.NotFound, http.StatusNotFound},
	{limen.Denied, http.StatusForbidden},
	{limen.Busy, http.StatusConflict},
	{limen.Unsupported, http.StatusNotImplemented},
}

// statusStopped is what nginx calls "client closed request"; RFC 9110 has none.
const statusStopped = 499

// errEnding is why what still runs is told to end when the server does.
var errEnding = errors.New("the limen that was asked is ending")

// failed makes a failure of what a verb returned when its context was ctx. Its
// text is the one that a caller in the same process would see.
func failed(ctx context.Context, name string, err error) failure {
	var known *limen.Error
	switch {
	case errors.Is(err, context.Canceled) && errors.Is(context.Cause(ctx), errEnding):
		return failure{Error: limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot go on with %q", name), Why: errEnding.Error(), Next: "ask again",
		}}
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return failure{Stopped: true, Error: limen.Error{
			What: fmt.Sprintf("cannot go on with %q", name), Why: "whoever asked wants no more",
		}}
	case errors.As(err, &known):
		return failure{Error: *known}
	}
	f := failure{Error: limen.Error{What: err.Error()}}
	for _, s := range statuses {
		if errors.Is(err, s.kind) {
			f.Kind = s.kind
		}
	}
	return f
}

// with adds what was answered beside the error, if it was anything. A noun that
// is only half made cannot be written, and stays behind.
func (f failure) with(answer any) failure {
	if answer == nil || reflect.ValueOf(answer).Elem().IsZero() {
		return f
	}
	if text, err := json.Marshal(answer); err == nil && len(text) <= maxAnswer-maxHead {
		f.Answer = text
	}
	return f
}

// status returns what stands in the head of an answer that is a failure.
func (f failure) status() int {
	if f.Stopped {
		return statusStopped
	}
	for _, s := range statuses {
		if s.kind == f.Kind {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// text returns the failure as it is sent. A Kind that has no word, and so
// cannot be sent, is a mistake of ours.
func (f failure) text() []byte {
	text, err := json.Marshal(f)
	if err != nil {
		f.Kind = limen.Internal
		text, _ = json.Marshal(f)
	}
	return text
}

// parseFailure reads what text wrote.
func parseFailure(text []byte) (f failure, err error) {
	if err := parseText(text, &f); err != nil {
		return failure{}, err
	}
	if f.What == "" {
		return failure{}, errors.New("it has an error that says nothing")
	}
	return f, nil
}
