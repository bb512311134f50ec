package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapReplay = command{
	name:  "tap replay",
	args:  "ID",
	short: "send a recorded request once more",
	long: "Sends a request once more, byte for byte as it was, with its logins and cookies, to wherever its name leads now, or to the port that was tapped. Flags, or an editor, change it " +
		"on the way. What becomes of it is recorded with an ID of its own, so that limen tap diff can say what is different. Of an answer without an end Ctrl-C shows what came until then.\n\n" +
		"The editor is that of VISUAL or EDITOR. It gets the request as text: the first line, the fields, an empty line, and the body. A file that was not " +
		"changed, or is empty, sends nothing.",
	examples: []entry{
		{"limen tap replay 17", "as it was"},
		{"limen tap replay 17 --set Accept:text/html --set Cookie:", "with another field, and without a cookie"},
		{"limen tap replay 17 --path /api/items", "another path on the same server"},
		{"limen tap replay 17 --data - < order.json", "with another body"},
		{"limen tap replay 17 --edit", "change it by hand"},
	},
	flags: slices.Concat([]flag{
		{name: "edit", short: "e", doc: "change it in an editor before it is sent"},
		{name: "set", value: "FIELD", doc: "a field of the head, as 'Name: value'; 'Name:' takes it away; may be given several times", many: true},
		{name: "method", value: "METHOD", doc: "another method", words: methodWords},
		{name: "path", value: "PATH", doc: "another path, with its query"},
		{name: "data", value: "FILE", doc: "another body, from a file, or from standard input with -"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: tapIDs,
	run:      runTapReplay,
}

func runTapReplay(ctx context.Context, env Env, c call) error {
	in, err := replayIn(env, c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		var written sheet
		if c.has("edit") {
			r, err := recall(ctx, place, in.ID, true)
			if err != nil {
				return err
			}
			if in, written, err = editRequest(ctx, env, r, in); err != nil {
				return err
			}
		}
		r, err := replay(ctx, env, place, in)
		if r.ID == "" {
			return written.keep(err)
		}
		if left := written.remove(); left != nil {
			return left
		}
		o.Zone = env.Now().Location()
		if left := view.Recording(env.Out, r, f, o); left != nil || f.TellsGaps {
			return errors.Join(left, err)
		}
		if _, left := fmt.Fprintf(env.Err, "sent; limen tap diff %s %s says what is different\n", view.Safe(in.ID), view.Safe(r.ID)); left != nil {
			return left
		}
		return errors.Join(view.Gaps(env.Err, r.Gaps), err)
	})
}

// replay sends a request, says when that takes longer, and returns what became of it.
// Whoever presses Ctrl-C meanwhile gets what came until then, and the error.
func replay(ctx context.Context, env Env, place op.Place, in op.ReplayIn) (r limen.Recording, err error) {
	var id string
	for item, err := range op.Replay.On(ctx, place, in) {
		if err != nil && ctx.Err() == nil {
			return r, err
		}
		if err != nil || item.Exchange == nil {
			continue
		}
		if id == "" && item.Exchange.Open {
			fmt.Fprintf(env.Err, "sent as %s, and it goes on; Ctrl-C ends it\n", view.Safe(item.Exchange.ID)) // to tell of that is not what was asked for
		}
		id = item.Exchange.ID
	}
	if err = ctx.Err(); id == "" {
		return r, err
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), aftermath)
	defer stop()
	for {
		now, failed := recall(ctx, place, id, false)
		if failed != nil {
			return r, cmp.Or(err, failed)
		}
		if r = now; !r.Open {
			return r, err
		}
		select {
		case <-time.After(aftermath / 100):
		case <-ctx.Done():
			return r, err
		}
	}
}

// aftermath is how long whoever leaves waits for what is written of that.
const aftermath = 2 * time.Second

// replayIn reads which request to send, and what to change before.
func replayIn(env Env, c call) (in op.ReplayIn, err error) {
	if in.ID, err = oneID(c, "replay"); err != nil {
		return in, err
	}
	in.Method, in.Path = strings.ToUpper(c.values["method"]), c.values["path"]
	if in.Path != "" && !strings.HasPrefix(in.Path, "/") {
		return in, invalid("cannot ask for %q", withoutPassword(in.Path))("a path begins with a slash; the server stays the same", "limen tap replay "+in.ID+" --path /api/items")
	}
	for _, typed := range c.many["set"] {
		name, value, ok := strings.Cut(typed, ":")
		if !ok || !isFieldName(name) {
			return in, invalid("cannot set %q", typed)("a field is a name, a colon and a value", "--set 'Accept: text/html'")
		}
		if in.Set == nil {
			in.Set = map[string][]string{}
		}
		name = canonical(name)
		if value = strings.TrimSpace(value); value == "" {
			in.Set[name] = []string{}
			continue
		}
		in.Set[name] = append(in.Set[name], value)
	}
	if c.has("data") {
		body, err := readBody(env, c.values["data"])
		if err != nil {
			return in, err
		}
		in.Body = &body
	}
	return in, nil
}

// isFieldName reports whether a text can name a field (RFC 9110, section 5.6.2).
func isFieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", c))
	})
}

// mostSent is the largest body that takes another's place: it is carried to whoever
// sends it as a text that is a third longer.
const mostSent = 4 << 20

// readBody reads a body from a file, or from standard input.
func readBody(env Env, name string) ([]byte, error) {
	from := env.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &limen.Error{Kind: limen.NotFound, What: fmt.Sprintf("cannot send %q", name), Why: err.Error(), Next: "name a file that you may read, or - for standard input"}
		}
		defer f.Close()
		from = f
	}
	body, err := io.ReadAll(io.LimitReader(from, mostSent+1))
	if err == nil && len(body) > mostSent {
		return nil, invalid("cannot send %q", name)(fmt.Sprintf("it has more than %d MiB", mostSent>>20), "send less at once")
	}
	return body, err
}
