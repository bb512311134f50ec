package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapShow = command{
	name:  "tap show",
	args:  "ID",
	short: "a recorded request and its answer, with their bodies",
	long: "Shows all that was recorded of a request: who asked, both heads as they were, both bodies as people read them (gzip, brotli, zstd and deflate undone, " +
		"JSON indented, of what is no text the beginning), and the messages of a WebSocket or a stream. Of each body 1 MiB is kept.",
	examples: []entry{
		{"limen tap show 17", "request 17"},
		{"limen tap show 17 --secrets", "with its cookies and tokens, too"},
		{"limen tap show 17 --body - | jq .items", "the body of its answer"},
		{"limen tap show 17 --body upload.bin --sent", "what was sent, into a file"},
	},
	flags: slices.Concat([]flag{
		{name: "secrets", doc: "show logins, cookies and tokens, too"},
		{name: "body", value: "FILE", doc: "write the body of the answer alone into a new file, or to standard output with -"},
		{name: "sent", doc: "with --body: that of the request"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: tapIDs,
	run: func(ctx context.Context, env Env, c call) error {
		id, err := oneID(c, "show")
		if err != nil {
			return err
		}
		if c.has("sent") && !c.has("body") {
			return invalid("cannot show what was sent")("--sent says which body --body means", "limen tap show "+id+" --body - --sent")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			r, err := recall(ctx, place, id, c.has("secrets"))
			if err != nil {
				return err
			}
			if c.has("body") {
				m := r.Answer
				if c.has("sent") {
					m = r.Request
				}
				return writeBody(env, c.values["body"], m)
			}
			o.Zone = env.Now().Location()
			if err := view.Recording(env.Out, r, f, o); err != nil || f.TellsGaps {
				return err
			}
			return view.Gaps(env.Err, r.Gaps)
		})
	},
}

// oneID is the request that a call is about. Verb is what is done with it.
func oneID(c call, verb string) (string, error) {
	const next = "limen tap ls lists what is recorded"
	switch len(c.args) {
	case 0:
		return "", invalid("cannot %s a request", verb)("no ID is given", next)
	case 1:
		return c.args[0], nil
	}
	return "", invalid("cannot %s %q, too", verb, c.args[1])("one request is meant at a time", next)
}

// recall is what is kept of a request.
func recall(ctx context.Context, place op.Place, id string, secrets bool) (r limen.Recording, err error) {
	rs, err := op.Recall.On(ctx, place, op.RecallIn{IDs: []string{id}, Secrets: secrets})
	if err != nil {
		return r, err
	}
	if len(rs.Recordings) == 0 {
		return r, &limen.Error{Kind: limen.NotFound, What: fmt.Sprintf("cannot find request %q", id), Why: "it is not kept any more", Next: "limen tap ls lists what is"}
	}
	r = rs.Recordings[0]
	r.Gaps = slices.Concat(r.Gaps, rs.Gaps)
	return r, nil
}

// writeBody writes a body alone, as people read it.
func writeBody(env Env, name string, m limen.Message) error {
	if name == "-" {
		return view.Body(env.Out, m, env.Width() > 0)
	}
	f, err := newFile(name, elsewhere)
	if err != nil {
		return err
	}
	if err := errors.Join(view.Body(f, m, false), f.Close()); err != nil {
		return err
	}
	return tellCut(env.Err, m)
}

// tellCut says that a body is not whole.
func tellCut(w io.Writer, m limen.Message) error {
	if !m.IsCut() {
		return nil
	}
	return view.Gaps(w, []limen.Gap{{What: "the rest of the body", Why: "only its beginning was kept"}})
}

// elsewhere is what to do about a file that is in the way.
const elsewhere = "name another one, or move it away"

// newFile makes a file that only its owner may read: what was recorded is
// nobody else's business. One that is there stays, and otherwise is what to do then.
func newFile(name, otherwise string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f, nil
	}
	e := &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot write %q", name), Why: err.Error(), Next: "name a file in a folder that you may write to"}
	switch {
	case errors.Is(err, fs.ErrExist):
		e.Kind, e.Why, e.Next = limen.Busy, "there is such a file already", otherwise
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Why = limen.NotFound, "there is no such folder"
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Why = limen.Denied, "you may not write there"
	}
	return nil, e
}
