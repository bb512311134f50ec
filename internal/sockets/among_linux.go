package sockets

import (
	"context"

	"github.com/limenhq/limen"
)

// findAmong looks at the descriptors of the processes alone: a system call for
// each, and not for each process of the machine.
func (r Reader) findAmong(ctx context.Context, socks []Socket, among []limen.ProcessID) {
	s := newSearch(socks)
	if len(s.wanted) == 0 {
		return
	}
	pids := make([]int, len(among))
	for i, id := range among {
		pids[i] = id.PID
	}
	s.lookAt(ctx, r, pids)
}
