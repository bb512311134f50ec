package keeper

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/limenhq/limen"
)

// foremen finds what starts the several programs of one project together.
var foremen = detector{
	name:  "an ancestor called like a known starter of several programs",
	kinds: []limen.KeeperKind{limen.Foreman},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			name, ok := foreman(a.program)
			if !ok {
				return limen.Keeper{}, false
			}
			k := limen.Keeper{Kind: limen.Foreman, Name: name, Evidence: a.calls(name)}
			for _, v := range procfileVariables {
				if value := q.env(v); value != "" {
					k.Evidence += fmt.Sprintf(", and the environment of process %d says %s=%s", q.Process.PID, v, value)
					break
				}
			}
			return k, true
		}), nil
	},
}

// foreman returns the name of the starter that p is.
func foreman(p program) (string, bool) {
	// Overmind runs its programs in a tmux server of its own, and is not
	// their ancestor; it names the server's socket overmind-PROJECT-ID.
	if p.is("tmux") && strings.HasPrefix(path.Base(p.option("-L", "-S")), "overmind-") {
		return "overmind", true
	}
	t, ok := p.find(starters)
	return t.name, ok
}

// procfileVariables name the program's line in the Procfile, or its like.
var procfileVariables = []string{
	"PS",                  // foreman, hivemind: web.1
	"HONCHO_PROCESS_NAME", // honcho
	"PC_PROC_NAME",        // process-compose
}

// starters start several programs together. Left out are npm, yarn, pnpm and
// make, which start one and wait for it, and Docker's compose, whose programs
// are containers.
var starters = []tool{
	{name: "foreman"},
	{name: "overmind"},
	{name: "hivemind"},
	{name: "honcho"},
	{name: "goreman"},
	{name: "process-compose"},
	{name: "mprocs"},
	{name: "concurrently"},
	{name: "npm-run-all"},
	{name: "run-p"},
	{name: "run-s"},
	{name: "turbo"},
	{name: "nx"},
	{name: "wireit"},
}
