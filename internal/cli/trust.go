package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var trust = command{
	name:  "trust",
	args:  "[status]",
	short: "who trusts the local authority, proved by handshakes",
	long: "Shows the local authority, every store that could trust it, and what each client on this machine did when it was made " +
		"to open a connection: as anybody starts it, and with the variables that limen has for it.\n\n" +
		"The authority can sign for localhost, names that end in .localhost, the loopback addresses and nothing else; that is part of its " +
		"certificate, and clients refuse whatever else its key might sign. The key is in a file that only you may read.",
	examples: []entry{
		{"limen trust", "who trusts it"},
		{"limen trust install", "make it, and have every store trust it"},
		{"limen trust remove", "undo that"},
		{"limen trust --json", "for scripts"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 1 || len(c.args) == 1 && c.args[0] != "status" {
			return invalid("cannot trust %q", c.args[0])("limen trust knows status, install and remove", "limen trust")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			t, err := op.Trust.On(ctx, place, op.TrustIn{})
			if err != nil {
				return err
			}
			if err := showTrust(env, t, f, o); err != nil || t.Authority != nil {
				return err
			}
			return &limen.Error{Kind: limen.NotFound, What: "cannot find the local authority", Why: "none has been made yet", Next: "limen trust install"}
		})
	},
}

var trustInstall = command{
	name:  "trust install",
	short: "make the local authority, and have every store trust it",
	long: "Makes the local authority, if there is none, and puts it into every store of this machine that lacks it: the system's, " +
		"those of Chromium and Firefox, and Java's. A store that cannot have it stops no other. limen never asks for " +
		"a password: where only root may change a store, it says which command would.",
	examples: []entry{
		{"limen trust install", "localhost and *.localhost"},
		{"limen trust install --suffix test,dev.example.com", "and other names of yours"},
		{"limen trust install --mkcert", "the authority that mkcert has made"},
	},
	flags: slices.Concat([]flag{
		{name: "suffix", value: "NAME,...", doc: "names that it may sign for with all below them, beside localhost"},
		{name: "mkcert", doc: "use mkcert's authority, which can sign for every name of the internet"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 0 {
			return invalid("cannot install %q", c.args[0])("every store is meant", "limen trust install")
		}
		in := op.InstallIn{Mkcert: c.has("mkcert")}
		if c.has("suffix") {
			in.Suffixes = strings.Split(c.values["suffix"], ",")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			t, err := op.Install.On(ctx, place, in)
			if err != nil {
				return err
			}
			if err := showTrust(env, t, f, o); err != nil || anyTrusts(t) {
				return err
			}
			return &limen.Error{
				Kind: limen.Denied, What: "cannot have any store trust the local authority", Why: "each of them says why", Next: "what stands beside the store that matters to you",
			}
		})
	},
}

var trustRemove = command{
	name:  "trust remove",
	short: "take the local authority out of every store, and forget it",
	long: "Takes out of every store what limen has put there, known by its fingerprint, and nothing else. When the last store has " +
		"forgotten the authority, its key is deleted, and certificates that it has signed are good for nothing.",
	examples: []entry{{"limen trust remove", "undo limen trust install"}},
	flags:    slices.Clone(outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 0 {
			return invalid("cannot remove %q", c.args[0])("every store is meant", "limen trust remove")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			t, err := op.Distrust.On(ctx, place, op.DistrustIn{})
			if err != nil {
				return err
			}
			if err := showTrust(env, t, f, o); err != nil || t.Authority == nil {
				return err
			}
			return &limen.Error{
				Kind: limen.Denied, What: "cannot forget the local authority", Why: "not every store has forgotten it; its key is kept until then",
				Next: "do what stands beside the store, then limen trust remove",
			}
		})
	},
}

func anyTrusts(t limen.Trust) bool {
	return slices.ContainsFunc(t.Stores, func(s limen.TrustStore) bool { return s.State == limen.StoreTrusts })
}

func showTrust(env Env, t limen.Trust, f view.Format, o view.Options) error {
	if err := view.Trust(env.Out, t, f, o); err != nil || f.TellsGaps {
		return err
	}
	return view.Gaps(env.Err, t.Gaps)
}
