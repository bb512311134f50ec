package keeper

import (
	"context"
	"strings"

	"github.com/limenhq/limen"
)

// supervisord finds the supervisor of that name, which gives each program the
// variables SUPERVISOR_PROCESS_NAME and SUPERVISOR_GROUP_NAME
// (http://supervisord.org/subprocess.html).
var supervisord = detector{
	name:  "an ancestor called supervisord",
	kinds: []limen.KeeperKind{limen.Supervisord},
	find: func(_ context.Context, q *inquiry) (_ []found, gaps []limen.Gap) {
		return q.nearest(func(a ancestor) (k limen.Keeper, ok bool) {
			if !a.program.is("supervisord") {
				return k, false
			}
			k, gaps = q.named(limen.Supervisord, a, "supervisorctl status", "SUPERVISOR_PROCESS_NAME")
			// Its tools call a program of a group GROUP:NAME, and one
			// that is alone in its group by its name.
			group := q.env("SUPERVISOR_GROUP_NAME")
			if gaps == nil && group != "" && group != k.Name {
				k.Name = group + ":" + k.Name
			}
			if conf := a.program.option("-c", "--configuration"); strings.HasPrefix(conf, "/") {
				k.File = conf
			}
			return k, true
		}), gaps
	},
}
