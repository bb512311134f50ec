package keeper

import (
	"context"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// Published returns the containers that publish an endpoint, whether or not a
// process holds a socket there: with its proxy off, Docker forwards in the
// firewall alone. At a wildcard endpoint any address counts.
func (f *Finder) Published(ctx context.Context, e limen.Endpoint) (keepers []limen.Keeper, gaps []limen.Gap) {
	managers := []manager{{}}
	if uid := f.homeOf(); uid >= 0 {
		managers = append(managers, manager{user: true, uid: uid})
	}
	for _, eng := range engines {
		for _, m := range managers {
			list, silent := f.list(ctx, eng.kind, m)
			if silent != nil && !silent.absent {
				gaps = append(gaps, silent.gap(fmt.Sprintf("whether a %s container publishes %s", eng.kind, e)))
			}
			for _, c := range list {
				if slices.ContainsFunc(c.Ports, func(p port) bool { return p.serves(e) }) {
					k := c.keeper(eng.kind)
					k.Evidence = fmt.Sprintf("%s says that this container publishes %s port %d", eng.kind, e.Transport, e.Port())
					keepers = append(keepers, k)
				}
			}
		}
	}
	return keepers, gaps
}
