package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapDiff = command{
	name:  "tap diff",
	args:  "A B",
	short: "what is different between two recorded requests",
	long: "Compares two requests and their answers: method, address, status, fields without regard to their order, and bodies: JSON value by value, other text line by " +
		"line, and all else by its first byte that differs. What differs each time, as the date does, is only named.",
	examples: []entry{
		{"limen tap diff 17 18", "what has changed from 17 to 18"},
		{"limen tap diff 17 18 --json | jq .differences", "for scripts"},
	},
	flags:    slices.Clone(outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: tapIDs,
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) != 2 {
			return invalid("cannot compare %s", view.Counted(len(c.args), "request"))("two are compared at a time", "limen tap diff 17 18")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			seen, err := op.Compare.On(ctx, place, op.CompareIn{Before: c.args[0], After: c.args[1]})
			if err != nil {
				return err
			}
			o.Zone = env.Now().Location()
			if err := view.Comparison(env.Out, seen, f, o); err != nil || f.TellsGaps {
				return err
			}
			return view.Gaps(env.Err, seen.Gaps)
		})
	},
}
