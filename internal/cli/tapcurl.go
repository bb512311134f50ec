package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapCurl = command{
	name:  "tap as-curl",
	args:  "ID",
	short: "a recorded request as a command of curl",
	long: "Writes a command for any POSIX shell with which curl sends a recorded request: the same method and address, the same fields in their order, and the same " +
		"bytes. A body that is no text is written as octal numbers, or into a file with --body. Secrets are hidden, so that the command can be handed on, until --secrets.",
	examples: []entry{
		{"limen tap as-curl 17", "for a report to others"},
		{"limen tap as-curl 17 --secrets | sh", "send it once more"},
		{"limen tap as-curl 17 --body photo.jpg", "with its body in a file beside it"},
	},
	flags: []flag{
		{name: "secrets", doc: "with logins, cookies and tokens"},
		{name: "body", value: "FILE", doc: "write its body into this new file, from where curl reads it"},
	},
	complete: tapIDs,
	run: func(ctx context.Context, env Env, c call) error {
		id, err := oneID(c, "write")
		if err != nil {
			return err
		}
		return c.ask(ctx, env, func(place op.Place, _ view.Format, _ view.Options) error {
			r, err := recall(ctx, place, id, c.has("secrets"))
			if err != nil {
				return err
			}
			return asCurl(env, r, c.values["body"])
		})
	},
}

func asCurl(env Env, r limen.Recording, file string) error {
	cannot := func(why, next string) error {
		return &limen.Error{Kind: limen.NotFound, What: fmt.Sprintf("cannot write request %q as a command", r.ID), Why: why, Next: next}
	}
	switch {
	case r.Method == "":
		return cannot("its first line cannot be read", "limen tap show "+r.ID)
	case r.Status == 101, r.Method == "CONNECT":
		return cannot("it began a conversation, and half of that was said by the server", "limen tap show "+r.ID)
	case r.Hidden && len(r.Request.Body) == 0 && r.Request.Size > 0:
		return cannot("its body cannot be looked through for secrets", "limen tap as-curl "+r.ID+" --secrets")
	case r.Request.IsCut():
		return cannot(fmt.Sprintf("of the %d bytes of its body only the beginning was kept", r.Request.Size), "limen tap replay "+r.ID+" --data FILE sends it with another body")
	}
	if file != "" {
		f, err := newFile(file, elsewhere)
		if err != nil {
			return err
		}
		_, err = f.Write(r.Request.Body)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	if err := view.Curl(env.Out, r, file); err != nil {
		return err
	}
	var gaps []limen.Gap
	if len(r.Request.Trailers) > 0 {
		gaps = append(gaps, limen.Gap{What: "the fields behind the body", Why: "curl cannot send them"})
	}
	if r.Hidden && view.HidesSecrets(r.Request, r.URL) {
		_, err := io.WriteString(env.Err, "secrets are hidden, so it will not be answered as it was; --secrets writes them\n")
		gaps = nil
		if err != nil {
			return err
		}
	}
	return view.Gaps(env.Err, gaps)
}
