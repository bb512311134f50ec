package cli

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var leases = command{
	name:  "leases",
	short: "which ports limen keeps, and for what",
	long: "Lists the ports that limen pick has given out: those with a name until they are released, those without " +
		"for a minute. A lease is limen's own word. It keeps no other program from the port.",
	examples: []entry{
		{"limen leases", "all of yours"},
		{"limen leases --json", "for scripts"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 0 {
			return invalid("cannot list the lease %q", c.args[0])("all are listed", "limen leases")
		}
		return c.showLeases(ctx, env, "no port is leased", func(p op.Place) (limen.Leases, error) {
			return op.Leases.On(ctx, p, op.LeasesIn{})
		})
	},
}

var release = command{
	name:  "release",
	args:  "NAME|PORT...",
	short: "give ports back that limen keeps",
	long: "Ends leases: of a name in this project and on this branch, or of a port or a range, whoever it is for. " +
		"If one word fits no lease, none is ended. Nothing that runs is stopped.",
	examples: []entry{
		{"limen release api", "a name of this project"},
		{"limen release 23117", "a port"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		dir, _ := os.Getwd() // without one there are only ports to name
		return c.showLeases(ctx, env, "", func(p op.Place) (limen.Leases, error) {
			return op.Release.On(ctx, p, op.ReleaseIn{Words: c.args, Directory: dir})
		})
	},
}

// showLeases asks for leases and writes them; none is what it says if there
// are none.
func (c call) showLeases(ctx context.Context, env Env, none string, ask func(op.Place) (limen.Leases, error)) error {
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		all, err := ask(place)
		if err != nil {
			return err
		}
		if err := view.Leases(env.Out, all, env.Now(), f, o); err != nil || f.TellsGaps {
			return err
		}
		if len(all.Leases) == 0 && none != "" {
			if _, err := io.WriteString(env.Err, none+"\n"); err != nil {
				return err
			}
		}
		return view.Gaps(env.Err, all.Gaps)
	})
}
