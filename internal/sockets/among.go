package sockets

import (
	"context"
	"slices"

	"github.com/limenhq/limen"
)

// FindAmong fills in those holders of the sockets that are among some
// processes, and looks at no other: who else holds them, and why nobody does,
// it does not say. It is for whoever has a few processes and wants to know
// their ports, many times a second.
func (r Reader) FindAmong(ctx context.Context, socks []Socket, among []limen.ProcessID) {
	if len(socks) == 0 || len(among) == 0 {
		return
	}
	r.findAmong(ctx, socks, among)
	for i := range socks {
		socks[i].Holders = slices.DeleteFunc(socks[i].Holders, func(h Holder) bool { return !slices.Contains(among, h.ProcessID) })
	}
}
