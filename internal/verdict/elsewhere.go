package verdict

import (
	"fmt"

	"github.com/limenhq/limen"
)

// published are containers that the engine forwards the port to by rules of
// the packet filter, with no socket of its own to see.
func published(f Facts) (causes []limen.Cause) {
	for _, k := range f.Published {
		if heldBy(f, k) {
			continue
		}
		c := limen.Cause{
			Kind:     limen.CauseDocker,
			What:     fmt.Sprintf("the %s container %s has it published: what arrives from outside goes there, not to a server of this machine", k.Kind, limen.Unmistakable(k.Name)),
			Evidence: []limen.Evidence{{What: "the engine lists the port as published", From: k.Evidence}},
		}
		if f.Stop != nil {
			c.Next = f.Stop([]limen.Keeper{k})
		}
		causes = append(causes, c)
	}
	return causes
}

// heldBy reports whether a listener is already known to belong to k.
func heldBy(f Facts, k limen.Keeper) bool {
	for _, l := range f.Listeners {
		for _, o := range l.Owners {
			if o.Keeper != nil && o.Keeper.Kind == k.Kind && o.Keeper.Name == k.Name {
				return true
			}
		}
	}
	return false
}

// elsewhere are listeners of other network namespaces: they take nothing from
// this one, but often are what someone looks for.
func elsewhere(f Facts) (causes []limen.Cause) {
	for _, l := range f.Elsewhere {
		causes = append(causes, limen.Cause{
			Kind: limen.CauseNamespace, Endpoint: &l.Endpoint, Owners: l.Owners,
			What:     fmt.Sprintf("in another network namespace, %s %s on %s", whoAll(l), verb(l, "listens", "listen"), place(l)),
			Evidence: []limen.Evidence{{What: "the namespace has its own ports", From: l.Namespace.String()}},
		})
	}
	return causes
}
