package keeper

import (
	"context"
	"fmt"
	"strings"

	"github.com/limenhq/limen"
)

// screen finds a GNU screen session, which is a server of its own that calls
// itself SCREEN. Its name is PID.NAME, which each window is given as STY
// (screen(1), ENVIRONMENT).
var screen = detector{
	name:  "an ancestor called SCREEN",
	kinds: []limen.KeeperKind{limen.Screen},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		return q.nearest(func(a ancestor) (limen.Keeper, bool) {
			if !a.program.is("SCREEN") {
				return limen.Keeper{}, false
			}
			pid := fmt.Sprint(a.PID)
			k := limen.Keeper{Kind: limen.Screen, Name: pid, Evidence: a.calls("SCREEN")}
			if name := a.program.option("-S"); name != "" {
				k.Name = pid + "." + name
			}
			if sty := q.env("STY"); strings.HasPrefix(sty, pid+".") {
				k.Name = sty
				k.Evidence += fmt.Sprintf(", and the environment of process %d says STY=%s", q.Process.PID, sty)
			}
			return k, true
		}), nil
	},
}
