package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/view"
)

// A replacement is an argument of a command that stands for something of an
// event.
type replacement struct {
	word, means string
	of          func(limen.Event) string
}

var replacements = []replacement{
	{"{change}", "what happened: opened, closed or owner", func(e limen.Event) string { return e.Change.String() }},
	{"{port}", "the port", func(e limen.Event) string { return fmt.Sprint(e.Listener.Endpoint.Port()) }},
	{"{address}", "the address", func(e limen.Event) string { return e.Listener.Endpoint.Address().String() }},
	{"{transport}", "tcp or udp", func(e limen.Event) string { return e.Listener.Endpoint.Transport.String() }},
	{"{pid}", "the PID of the first owner; empty if none is known", func(e limen.Event) string {
		if len(e.Listener.Owners) == 0 {
			return ""
		}
		return fmt.Sprint(e.Listener.Owners[0].Process.PID)
	}},
	{"{name}", "the name of the first owner, made harmless; empty if none is known", func(e limen.Event) string {
		if len(e.Listener.Owners) == 0 {
			return ""
		}
		return view.Safe(e.Listener.Owners[0].Process.Name)
	}},
}

func replacementEntries() (all []entry) {
	for _, r := range replacements {
		all = append(all, entry{r.word, r.means})
	}
	return all
}

// replace returns words with what stands for something of an event replaced.
// Only whole arguments are, so that whatever a process calls itself stays one,
// and none becomes part of a script that a shell is told to run.
func replace(words []string, e limen.Event) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w
		for _, r := range replacements {
			if w == r.word {
				all[i] = r.of(e)
			}
		}
	}
	return all
}

// react runs a command for an event, and waits for it. That it fails is its
// own business, and is said; that it cannot be run at all ends the watch.
func react(ctx context.Context, env Env, words []string, e limen.Event) error {
	words = append(words[:1:1], replace(words[1:], e)...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = env.Err, env.Err
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &ended):
		fmt.Fprintf(env.Err, "%s: %s\n", view.Safe(words[0]), ended) // where it cannot be written, nobody is listening
		return nil
	case err != nil:
		return &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot run %q", words[0]),
			Why: err.Error(), Next: "name a program of this machine after --exec; for a shell's own words: --exec sh -c '...'",
		}
	}
	return nil
}
