package cli

import (
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapLs = command{
	name:  "tap ls",
	args:  "[NAME|PORT]...",
	short: "which requests were recorded",
	long: "Lists the requests that were recorded, the last one last, narrowed as by limen tap. Of a port it is what went there, by a name or through the listener " +
		"before it. Where there is no room for more, the oldest are dropped.",
	examples: []entry{
		{"limen tap ls", "the last hundred"},
		{"limen tap ls shop --status 5xx", "those of shop.localhost that failed"},
		{"limen tap ls 3000", "what went to that port"},
		{"limen tap ls -n 0 --json", "all, for scripts"},
	},
	flags: slices.Concat(tapFilterFlags, []flag{
		{name: "last", short: "n", value: "N", doc: "so many; 100 if not said, and 0 for all that are kept"},
	}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	complete: routeNames,
	run: func(ctx context.Context, env Env, c call) error {
		in, err := tapsIn(c)
		if err != nil {
			return err
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			kept, err := op.Taps.On(ctx, place, in)
			if err != nil {
				return err
			}
			o.Zone = env.Now().Location()
			if err := view.Exchanges(env.Out, kept, f, o); err != nil || f.TellsGaps {
				return err
			}
			if len(kept.Exchanges) == 0 {
				if _, err := io.WriteString(env.Err, "no such request is recorded; limen tap records what goes through\n"); err != nil {
					return err
				}
			}
			return view.Gaps(env.Err, kept.Gaps)
		})
	},
}

// mostTaps is all that are kept.
const mostTaps = 1 << 30

// tapsIn reads which of the recorded requests a call means.
func tapsIn(c call) (in op.TapsIn, err error) {
	for _, word := range c.args {
		switch target, name, err := tapWord(word); {
		case err != nil:
			return in, invalid("cannot list requests of %q", withoutPassword(word))("it is neither a name nor a port of this machine", "limen tap ls shop, or limen tap ls 3000")
		case target != nil:
			in.Targets = append(in.Targets, *target)
		default:
			in.Names = append(in.Names, name)
		}
	}
	if c.has("last") {
		switch in.Most, err = strconv.Atoi(c.values["last"]); {
		case err != nil || in.Most < 0:
			return in, invalid("cannot list the last %q requests", c.values["last"])("that is not a number from 0 on", "limen tap ls --last 20")
		case in.Most == 0:
			in.Most = mostTaps
		}
	}
	in.Filter, err = tapFilter(c)
	return in, err
}

// tapIDs completes requests that are recorded, the last first.
func tapIDs(ctx context.Context, env Env, _ call) (all []string) {
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return nil
	}
	defer done()
	kept, err := op.Taps.On(ctx, place, op.TapsIn{Most: 50})
	if err != nil {
		return nil
	}
	for _, e := range slices.Backward(kept.Exchanges) {
		all = append(all, e.ID+"\t"+view.Safe(e.Method+" "+e.URL))
	}
	return all
}
