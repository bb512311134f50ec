package relay

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"

	"github.com/limenhq/limen"
)

// Range is where the addresses of projects lie: 127.77.0.0/16, of the loopback
// network (RFC 1122, section 3.2.1.3) and out of the way of what others use in
// it: 127.0.0.1, 127.0.1.1 for the host's name, 127.0.0.53 of systemd-resolved.
var Range = netip.MustParsePrefix("127.77.0.0/16")

// usable is how many numbers the last part of an address can be: 2 to 254. The
// others look like a network, its gateway and its broadcast.
const usable = 253

// Address returns the loopback address that is a project's own: the same one
// each time, as far as it is not taken. A nil isTaken means that none is.
// It fails if all are.
func Address(project string, isTaken func(netip.Addr) bool) (netip.Addr, error) {
	h := fnv.New64a()
	h.Write([]byte(project))
	const all = 256 * usable
	first := h.Sum64() % all
	for i := range uint64(all) {
		n := (first + i) % all
		base := Range.Addr().As4()
		a := netip.AddrFrom4([4]byte{base[0], base[1], byte(n / usable), byte(2 + n%usable)})
		if isTaken == nil || !isTaken(a) {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("all %d addresses of %v are taken", all, Range)
}

// Missing says what has to be done before addresses of Range can be listened at.
// It is nil where they are there: Linux and Windows have all of 127.0.0.0/8.
func Missing(a netip.Addr) *limen.Gap {
	l, err := bare(a, 0)
	if err == nil {
		l.Close()
		return nil
	}
	g := &limen.Gap{What: fmt.Sprintf("the address %v", a), Why: err.Error()}
	if next := alias(a); next != "" && errors.Is(err, errNotHere) {
		g.Why = "this system has only 127.0.0.1 on its loopback interface until it is told another, and forgets that when it starts again"
		g.Next = next
	}
	return g
}
