package proxy

import "github.com/limenhq/limen"

// A Route is a name and the upstream that it leads to.
type Route struct {
	limen.Route

	Upstream *Upstream // several may share one
}
