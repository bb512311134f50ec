package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var cert = command{
	name:  "cert",
	args:  "NAME...",
	short: "a certificate of the local authority, as files",
	long: "Writes NAME.pem and NAME-key.pem, for a program that wants a certificate of its own; several names and addresses go into " +
		"one. It is good for 47 days; limen serve --https needs none, and renews its own.",
	examples: []entry{
		{"limen cert shop.localhost", "shop.localhost.pem, and its key"},
		{"limen cert shop.localhost '*.shop.localhost' 127.0.0.1 ::1", "one for all of these"},
	},
	flags: slices.Concat([]flag{
		{name: "dir", value: "DIR", doc: "where to; the current folder unless said otherwise"},
		{name: "force", doc: "write over files that limen has not made"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) == 0 {
			return invalid("cannot make a certificate")("no name is given", "limen cert shop.localhost")
		}
		dir, err := filepath.Abs(cmp.Or(c.values["dir"], "."))
		if err != nil {
			return err
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			made, err := op.Certify.On(ctx, place, op.CertifyIn{Names: c.args, Directory: dir, Force: c.has("force")})
			if err != nil {
				return err
			}
			return view.Certificate(env.Out, made, f, o)
		})
	},
}
