package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

// runSources is limen list --sources: not what is there, but how it is seen.
// Whatever narrows or shapes a list has no meaning then, and is refused.
func runSources(ctx context.Context, env Env, c call) error {
	next := "limen list --sources; to list: limen list"
	if len(c.args) > 0 {
		return invalid("cannot look for %q in the sources", c.args[0])("--sources says how limen sees this machine, not what is there", next)
	}
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		isIt := func(f flag) bool { return f.name == name }
		if name != "sources" && !slices.ContainsFunc(outputFlags, isIt) {
			return invalid("cannot use --%s with --sources", name)("--sources says how limen sees this machine, not what is there", next)
		}
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		s, err := op.Sources.On(ctx, place, op.SourcesIn{})
		if err != nil {
			return err
		}
		return view.Sources(env.Out, s, f, o)
	})
}
