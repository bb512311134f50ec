package resolve

import (
	"context"
	"slices"
)

// ways are all of them, those of most programs first.
var ways = slices.Concat([]way{
	{"programs that ask the system (Python, Node, Java, psql, ssh, Go)", func(ctx context.Context, q *question) (answer, bool) { return asSystem(ctx, q), true }},
}, common)

// asSystem looks a name up as the system does: GetAddrInfoW.
func asSystem(ctx context.Context, q *question) answer { return q.asPlatform(ctx) }
