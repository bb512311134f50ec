package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var routeRm = command{
	name:  "route rm",
	args:  "NAME...",
	short: "take names away",
	long: "Takes names away: those that you have typed, and those that limen has given. Nothing that runs is stopped; a server that " +
		"was named for its project has no name until it is started again, and none at all if names.ignore says so (limen config). " +
		"If one of the words is no name, none is taken away.",
	examples: []entry{
		{"limen route rm shop", "shop.localhost"},
		{"limen route rm shop/api", "what lies below /api is answered by shop.localhost again"},
		{"limen route rm shop --when cookie:tree=feature-x", "the one with this condition"},
	},
	flags: slices.Concat([]flag{
		{name: "when", value: "CONDITION", doc: "those with this condition, cookie:NAME=VALUE or header:NAME=VALUE"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: routeNames,
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) == 0 {
			return invalid("cannot take a name away")("none is given", "limen route ls lists them")
		}
		when, err := condition(c)
		if err != nil {
			return err
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			gone, err := op.Unroute.On(ctx, place, op.UnrouteIn{Names: c.args, When: when})
			if err != nil {
				return err
			}
			if err := view.Unrouted(env.Out, gone, f, o); err != nil || f.TellsGaps {
				return err
			}
			return view.Gaps(env.Err, gone.Gaps)
		})
	},
}

var routePin = command{
	name:  "route pin",
	args:  "NAME TREE",
	short: "make the name of a project lead to one of its worktrees",
	long: "Makes one address show one worktree of several: cookies, logins and bookmarks stay those of the name, and the server behind it " +
		"is the worktree's. With --when it does so for some requests alone, so that two tabs can differ.",
	examples: []entry{
		{"limen route pin shop feature-x", "shop.localhost shows shop.feature-x.localhost"},
		{"limen route pin shop feature-x --when cookie:tree=feature-x", "for whoever has this cookie"},
		{"limen route pin shop --off", "back to the project itself"},
	},
	flags: slices.Concat([]flag{
		{name: "when", value: "CONDITION", doc: "only requests with this: cookie:NAME=VALUE or header:NAME=VALUE"},
		{name: "off", doc: "back to the project itself"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: routeNames,
	run: func(ctx context.Context, env Env, c call) error {
		in, err := pinIn(c)
		if err != nil {
			return err
		}
		return c.askDaemon(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			r, err := op.Pin.On(ctx, place, in)
			if err != nil {
				return err
			}
			if in.Tree == "" {
				return view.Unpinned(env.Out, r, f, o)
			}
			return showRoute(env, r, f, o)
		})
	},
}

// pinIn reads which name shows which worktree.
func pinIn(c call) (in op.PinIn, err error) {
	const next = "limen route pin shop feature-x"
	switch {
	case len(c.args) == 0:
		return in, invalid("cannot pin a name")("none is given", next)
	case len(c.args) > 2:
		return in, invalid("cannot pin %s to %q", c.args[0], c.args[2])("a name shows one worktree", next)
	case c.has("off") && len(c.args) == 2:
		return in, invalid("cannot pin %s to %q", c.args[0], c.args[1])("--off goes back to the project itself", "leave out one of the two")
	case !c.has("off") && len(c.args) == 1:
		return in, invalid("cannot pin %s", c.args[0])("no worktree is named", "limen route pin "+c.args[0]+" BRANCH, or --off to go back")
	}
	if in.Name = c.args[0]; len(c.args) == 2 {
		in.Tree = c.args[1]
	}
	in.When, err = condition(c)
	return in, err
}
