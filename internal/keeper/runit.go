package keeper

import (
	"context"
	"os"
	"path"

	"github.com/limenhq/limen"
)

// runit finds runsv, which keeps the service of one directory. It is given
// that directory, relative to where runsvdir(8) found it.
var runit = detector{
	name:  "an ancestor called runsv",
	kinds: []limen.KeeperKind{limen.Runit},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			return q.serviceDirectory(a, limen.Runit, "runsv", runitDirectories)
		}), nil
	},
}

// runitDirectories are where distributions let runsvdir look.
var runitDirectories = []string{
	"/etc/service",                // Debian, and sv(8)'s default there
	"/service",                    // runit's own default
	"/var/service",                // Void
	"/run/runit/service",          // Artix
	"/etc/runit/runsvdir/default", // where Void and Artix link from
}

// serviceDirectory makes a keeper of an ancestor that was given a service
// directory, which it looks for in the usual places if it was named without
// its path.
func (q *inquiry) serviceDirectory(a ancestor, kind limen.KeeperKind, program string, places []string) (limen.Keeper, bool) {
	if !a.program.is(program) || len(a.program.args) == 0 {
		return limen.Keeper{}, false
	}
	given := a.program.args[0]
	name := path.Base(path.Clean(given))
	if name == "." || name == ".." || name == "/" {
		return limen.Keeper{}, false
	}
	k := limen.Keeper{Kind: kind, Name: name, Evidence: a.calls(program + " " + given)}
	if path.IsAbs(given) {
		k.File = path.Clean(given)
		return k, true
	}
	for _, dir := range places {
		file := path.Join(q.finder.Root, dir, name)
		if st, err := os.Stat(file); err == nil && st.IsDir() {
			k.File = file
			break
		}
	}
	return k, true
}
