package keeper

import (
	"context"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// terminal finds the interactive shell that a program was started from. It is
// the last resort: where another session is known, a shell in it says little.
var terminal = detector{
	name:  "a terminal, and an ancestor called like a shell",
	kinds: []limen.KeeperKind{limen.Terminal},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		tty := strings.TrimPrefix(q.Terminal, "/dev/")
		if tty == "" || q.session() {
			return nil, nil
		}
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			name, ok := shell(a.program)
			return limen.Keeper{
				Kind: limen.Terminal, Name: name + " on " + tty,
				Evidence: "its terminal is " + tty + ", and " + a.calls(name),
			}, ok
		}), nil
	},
}

// shells can be spoken to.
var shells = []string{"sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "tcsh", "csh", "nu", "pwsh", "xonsh", "elvish"}

// shell returns the name of the shell that p is, if it was given no script
// and no command, so that somebody types into it.
func shell(p program) (string, bool) {
	if len(p.names) != 1 || !slices.Contains(shells, p.names[0]) {
		return "", false
	}
	given := func(a string) bool { return !strings.HasPrefix(a, "-") || slices.Contains(inline, a) }
	return p.names[0], !slices.ContainsFunc(p.args, given) && !slices.ContainsFunc(p.flags, given)
}
