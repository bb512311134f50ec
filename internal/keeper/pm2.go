package keeper

import (
	"context"
	"strings"

	"github.com/limenhq/limen"
)

// pm2 finds the Node process manager. Its daemon gives itself the title
// "PM2 v5.3.0: God Daemon (/home/nick/.pm2)", and each program the variables
// name and pm_id.
var pm2 = detector{
	name:  "an ancestor called PM2 God Daemon",
	kinds: []limen.KeeperKind{limen.PM2},
	find: func(_ context.Context, q *inquiry) (_ []found, gaps []limen.Gap) {
		return q.nearest(func(a ancestor) (k limen.Keeper, ok bool) {
			if !strings.HasPrefix(a.title, "PM2 v") || !strings.Contains(a.title, ": God Daemon") {
				return k, false
			}
			k, gaps = q.named(limen.PM2, a, "pm2 list", "name", "pm_id")
			return k, true
		}), gaps
	},
}
