package cli

import (
	"errors"
	"iter"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/view"
)

// follow says what happens to apps, until all have ended. How the last one
// ended is how limen does, as if it had not been there.
func follow(env Env, c call, events iter.Seq2[limen.AppEvent, error]) error {
	out, f := env.Err, view.Table
	if c.has("json") {
		out, f = env.Out, view.NDJSON
	}
	code := 0
	for e, err := range events {
		if err != nil {
			return asShell(err)
		}
		if e.Change == limen.AppFinished {
			code = e.Code
		}
		if c.has("quiet") && !c.has("json") {
			continue
		}
		if e.Launch != nil && !c.has("json") {
			_ = view.Gaps(env.Err, e.Launch.Gaps) // likewise
		}
		// Where it cannot be said to a person, as with standard error on a full
		// disk, the program is none the worse for it.
		if err := view.AppEvent(out, e, f, view.Options{}); err != nil && c.has("json") {
			return err
		}
	}
	if code != 0 {
		return ending{code}
	}
	return nil
}

// A coded error is one with an exit code that its kind does not have.
type coded struct {
	error
	code int
}

func (c coded) Unwrap() error { return c.error }

// asShell gives an error the exit code that a shell has for a program that is
// not there, or cannot be run.
func asShell(err error) error {
	switch {
	case errors.Is(err, limen.NotFound):
		return coded{err, 127}
	case errors.Is(err, limen.Denied):
		return coded{err, 126}
	}
	return err
}
