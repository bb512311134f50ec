package sockets

import (
	"context"
	"errors"
	"net/netip"

	"github.com/limenhq/limen"
)

// An Initiator is the process at one end of a connection within this machine.
type Initiator struct {
	limen.ProcessID
	Name    string   // as the kernel knows it, which may be cut; empty if that was not seen
	Sockets []uint64 // numbers of those that it holds, as far as they were seen: who connects mostly does it several times
}

// Likely is what the search for an initiator begins with.
type Likely struct {
	Processes []limen.ProcessID     // who has connected lately, the last one first
	Holders   map[uint64]*Initiator // who was seen with a socket a moment ago, by its number
}

// FindInitiator finds the process that holds the TCP connection from local to peer, the
// newest of several. Nobody is found where it has been closed, or belongs to
// somebody into whose processes ours may not look. It is for whoever has only a
// moment, because they go as quickly as they came: so who is likely to be it is
// looked at before others, and who was seen to be it a moment ago is not looked at again.
func (r Reader) FindInitiator(ctx context.Context, local, peer netip.AddrPort, likely Likely) (Initiator, bool) {
	return r.findInitiator(ctx, endQuestion{local, peer}, likely)
}

// readEndAmongAll finds one socket by reading the table of them.
func readEndAmongAll(ctx context.Context, r Reader, q endQuestion) (Socket, error) {
	all, _, err := r.Read(ctx, Want{Transport: limen.TCP, Port: q.local.Port(), Connections: true})
	if err != nil {
		return Socket{}, err
	}
	for _, s := range all {
		if q.matches(s) {
			return s, nil
		}
	}
	return Socket{}, errNoEnd
}

// errNoEnd says that a socket is no more, or that no process can hold it.
var errNoEnd = errors.New("there is no such connection")
