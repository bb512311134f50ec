package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var undo = command{
	name:  "undo",
	args:  "[PORT]",
	short: "start again what limen free has stopped",
	long: "Starts what was stopped to free a port: the last one, or that which is named. A unit, a container or what a " +
		"supervisor keeps is started by its keeper; a program of yours with the same arguments, in the same directory " +
		"and with the same environment, detached from any terminal, and what it prints goes to a file. " +
		"Then limen waits up to 10 s until somebody listens on the port again.\n\n" +
		"What limen needs for this it notes before it stops anything, in a file that only you may read.",
	examples: []entry{
		{"limen undo", "what was freed last"},
		{"limen undo 3000", "what held this port"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runUndo,
}

func runUndo(ctx context.Context, env Env, c call) error {
	var in op.UndoIn
	if len(c.args) > 1 {
		return invalid("cannot undo %d things at once", len(c.args))("each port was freed on its own", "limen undo "+c.args[0])
	}
	for _, word := range c.args {
		port, err := limen.ParsePort(strings.TrimPrefix(word, ":"))
		if err != nil {
			return invalid("cannot undo the freeing of %q", word)(err.Error(), "limen undo 3000")
		}
		in.Port = port
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		undone, err := op.Undo.On(ctx, place, in)
		if err != nil {
			return err
		}
		if err := view.Undone(env.Out, undone, f, o); err != nil {
			return err
		}
		if !f.TellsGaps {
			if err := view.Gaps(env.Err, undone.Gaps); err != nil {
				return err
			}
		}
		if undone.Failure != nil {
			return &limen.Error{
				Kind: *undone.Failure, What: fmt.Sprintf("cannot undo the freeing of port %d", undone.Port), Why: undone.Why, Next: undone.Next,
			}
		}
		return nil
	})
}
