package probe

import (
	"slices"

	"github.com/limenhq/limen"
)

// A Site is something that speaks HTTP and can be told from others that do:
// a product, or a protocol of its own on top, such as Matrix.
type Site struct {
	Name     string   // of the product, as its makers write it; empty if only Protocol is known
	Protocol string   // what it speaks on top of HTTP, as in limen.Service; empty means plain http
	Ports    []uint16 // where it is usually met
	Programs []string // programs, packages and images that are it, in lower case

	// Sign reports whether the answer to GET / makes it worth asking for
	// Path. Owner and port make it worth as well. Nil means they alone.
	Sign func(root *Reply) bool

	// Path is what Read needs the answer to, asked for on the same
	// connection. Empty means that the answer to GET / says enough.
	Path   string
	Method string // to ask for Path with; empty means GET, and none that writes stands here

	// Read reports whether r comes from this site, and adds to s what it
	// says: version, title, authentication. Name and Protocol are put in by
	// the caller. A word in a page proves nothing: a single-page application
	// answers 200 to every path.
	Read func(r *Reply, s *limen.Service) bool
}

// Sites is every site, in the order they are tried: those that are sure of
// themselves first, those that many others are built on last.
var Sites = slices.Concat(
	chatSites, calendarSites, deviceSites, debugSites, modelSites, searchSites, clusterSites, monitorSites,
	nativeSites, proxySites, documentSites, pythonSites, frameworkSites, nodeSites, serverSites,
)
