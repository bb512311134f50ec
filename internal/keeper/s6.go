package keeper

import (
	"context"

	"github.com/limenhq/limen"
)

// s6 finds s6-supervise, which keeps the service of one directory. It is given
// that directory, relative to the one that s6-svscan watches.
var s6 = detector{
	name:  "an ancestor called s6-supervise",
	kinds: []limen.KeeperKind{limen.S6},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			return q.serviceDirectory(a, limen.S6, "s6-supervise", s6Directories)
		}), nil
	},
}

// s6Directories are where s6-svscan is commonly told to look.
var s6Directories = []string{
	"/run/service",        // s6-overlay, s6-linux-init
	"/run/openrc/s6-scan", // OpenRC
	"/service",            // where daemontools, which it follows, has them
}
