package keeper

import (
	"context"
	"strings"

	"github.com/limenhq/limen"
)

// cron finds what starts programs at set times. It will start a job at its
// next time, and does not start it again when it ends.
var cron = detector{
	name:  "an ancestor called like a known starter of jobs",
	kinds: []limen.KeeperKind{limen.Cron},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			t, ok := a.program.find(crons)
			return limen.Keeper{Kind: limen.Cron, Name: strings.ToLower(t.name), Evidence: a.calls(t.name)}, ok
		}), nil
	},
}

// crons start jobs at set times. Systemd's timers start units, which their
// control group names.
var crons = []tool{
	{name: "cron"},
	{name: "CRON"}, // what Debian's calls itself while it runs a job
	{name: "crond"},
	{name: "anacron"},
	{name: "fcron"},
	{name: "atd"},
	{name: "supercronic"},
}
