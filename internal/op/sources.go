package op

import "github.com/limenhq/limen"

// Sources says which ways to look at a machine serve, by taking them. It is a
// verb of its own and no part of List's answer: it looks in ways that the
// question of the moment may not need, and is asked once, not each time.
var Sources = Op[SourcesIn, limen.Sources]{Name: "sources", Doc: "which ways to look at this machine serve, and why not better ones"}

// SourcesIn says which ways are meant: all.
type SourcesIn struct{}
