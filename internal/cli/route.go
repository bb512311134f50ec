package cli

import (
	"context"
	"io"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var route = command{
	name:  "route",
	args:  "[ls]",
	short: "which names there are, and where they lead",
	long: "Lists the names that lead to servers of this machine: those that limen saw and named for their project, those of programs " +
		"that it runs, and those that you have typed.\n\n" +
		"A name is live while something listens where it leads, and absent while nothing does; it is kept either way. It is hidden " +
		"if another route with the same name comes first, and asleep while the daemon does not run.",
	examples: []entry{
		{"limen route", "all names"},
		{"limen route ls --here", "those of the project in this directory"},
		{"limen route ls --all", "also what listens and has no name, and why"},
		{"limen route --json", "for scripts"},
	},
	flags: slices.Concat([]flag{
		{name: "all", doc: "also listeners of yours without a name, each with the reason"},
		{name: "here", doc: "only those of the project in this directory"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runRoute,
}

func runRoute(ctx context.Context, env Env, c call) error {
	switch {
	case len(c.args) > 0 && c.args[0] != "ls":
		return invalid("cannot do %q with routes", c.args[0])("limen route knows ls, add, rm, pin and resolve", "limen route ls")
	case len(c.args) > 1:
		return invalid("cannot list the route %q", c.args[1])("all are listed", "limen route ls --here narrows them to a project")
	}
	in := op.RoutesIn{All: c.has("all")}
	if c.has("here") {
		var err error
		if in.Directory, err = workingDirectory("look for names"); err != nil {
			return err
		}
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		rs, err := op.Routes.On(ctx, place, in)
		if err != nil {
			return err
		}
		if err := view.Routes(env.Out, rs, f, o); err != nil || f.TellsGaps {
			return err
		}
		if len(rs.Routes) == 0 {
			if _, err := io.WriteString(env.Err, "no name leads anywhere\n"); err != nil {
				return err
			}
		}
		return view.Gaps(env.Err, rs.Gaps)
	})
}

// routeNames completes the names that there are.
func routeNames(ctx context.Context, env Env, _ call) (words []string) {
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return nil
	}
	defer done()
	rs, err := op.Routes.On(ctx, place, op.RoutesIn{})
	if err != nil {
		return nil
	}
	for _, r := range rs.Routes {
		words = append(words, r.Name+r.Path+"\t"+view.Safe(leadsTo(r)))
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func leadsTo(r limen.Route) string {
	if r.Owner != nil {
		return r.Owner.Process.Name
	}
	return r.Target.String()
}

// showRoute says where a name leads that was just made or changed, and beside
// that what a person should know of it.
func showRoute(env Env, r limen.Route, f view.Format, o view.Options) error {
	if err := view.Route(env.Out, r, f, o); err != nil || f.TellsGaps {
		return err
	}
	return view.Gaps(env.Err, r.Gaps)
}
