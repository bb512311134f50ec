package cli

import (
	"context"
	"io"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var ports = command{
	name:  "ports",
	args:  "WORD...",
	short: "what port numbers are for",
	long: "Says what IANA has registered a number for and, apart from that, what is really met there, " +
		"and which rules hold for it, everywhere and by the settings of this machine. " +
		"A port or a range narrows the search; any other word is looked for in names, descriptions and uses.\n\n" +
		"It tells of numbers: what holds a port here is said by limen why. " +
		"IANA's list is a copy inside limen, until limen ports update fetches the official one, which knows people and dates too.",
	examples: []entry{
		{"limen ports 8008", "one number, with all there is to tell"},
		{"limen ports http-alt", "numbers of a service"},
		{"limen ports 8000-8100", "a range"},
		{"limen ports 9000-9999 prometheus", "both"},
		{"limen ports matrix --json", "for scripts: the registry and real use, apart"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runPorts,
}

func runPorts(ctx context.Context, env Env, c call) error {
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		found, err := op.Number.On(ctx, place, op.NumberIn{Words: c.args})
		if err != nil {
			return err
		}
		if len(found.Numbers) == 0 && !f.TellsGaps {
			io.WriteString(env.Err, "no port number fits that\n") // where it cannot be written, nobody is listening
		}
		if err := view.Numbers(env.Out, found, f, o); err != nil || f.TellsGaps {
			return err
		}
		return view.Gaps(env.Err, found.Gaps)
	})
}
