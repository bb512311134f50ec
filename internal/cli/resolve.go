package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var routeResolve = command{
	name:  "route resolve",
	args:  "NAME",
	short: "how programs find the address of a name, each way tried",
	long: "Tries every way in which programs of this machine look a name up, and says which of them lead to limen. Browsers and curl know " +
		"that a name below .localhost is this machine; some programs ask the system, and it may not know.\n\n" +
		"--hosts writes the names that need it into the system's file of hosts, between two lines that say so, and all at once or not at " +
		"all; --clean takes them out again and leaves the rest as it is. Where only root may, limen says so and does nothing.",
	examples: []entry{
		{"limen route resolve shop", "who finds shop.localhost"},
		{"limen route resolve shop --hosts", "and have the others find it, too"},
		{"limen route resolve shop --clean", "undo that"},
	},
	flags: slices.Concat([]flag{
		{name: "hosts", doc: "write names that need it into the system's file of hosts"},
		{name: "clean", doc: "take out of it what limen has written"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: routeNames,
	run: func(ctx context.Context, env Env, c call) error {
		const next = "limen route resolve shop"
		switch {
		case len(c.args) == 0:
			return invalid("cannot look up a name")("none is given", next)
		case len(c.args) > 1:
			return invalid("cannot look up %q", c.args[1])("one name at a time", next)
		case c.has("hosts") && c.has("clean"):
			return invalid("cannot write names and take them out")("each undoes the other", "give one of --hosts and --clean")
		}
		in := op.ResolveIn{Name: c.args[0], Hosts: c.has("hosts"), Clean: c.has("clean")}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			r, err := op.Resolve.On(ctx, place, in)
			if err != nil {
				return err
			}
			if err := view.Resolution(env.Out, r, f, o); err != nil || f.TellsGaps {
				return err
			}
			return view.Gaps(env.Err, r.Gaps)
		})
	},
}
