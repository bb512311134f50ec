//go:build !darwin && !windows

package resolve

import (
	"context"
	"slices"
)

// ways are all of them, those of most programs first.
var ways = slices.Concat([]way{
	{"programs that use the C library (Python, Node, Java, psql, ssh)", func(ctx context.Context, q *question) (answer, bool) { return asSystem(ctx, q), true }},
	{"systemd-resolved", func(ctx context.Context, q *question) (answer, bool) { return q.askResolved(ctx) }},
	{"programs written in Go", func(ctx context.Context, q *question) (answer, bool) { return q.asGo(ctx), true }},
	{"programs that use musl (Alpine, static ones)", func(ctx context.Context, q *question) (answer, bool) { return q.asMusl(ctx), true }},
}, common)

// asSystem looks a name up as the C library does.
func asSystem(ctx context.Context, q *question) answer { return q.asSwitch(ctx) }
