package resolve

import (
	"context"
	"net/netip"
)

// A way is how some programs find the address of a name. It says false where
// this machine has no such programs.
type way struct {
	name string
	look func(context.Context, *question) (answer, bool)
}

// common are the ways that are the same on each system. Some clients answer for
// localhost themselves, and ask nobody; in the rest they do as the system does.
//
// Node, Java and Python are not here: they ask the system. Nor is Deno: it does,
// too.
var common = []way{
	{"Chrome, Edge and other Chromiums", ownLocalhost("they answer for localhost themselves, whatever the file of hosts says")},
	{"Firefox", ownLocalhost("it answers for localhost itself since version 84, whatever the file of hosts says")},  // bugzilla.mozilla.org 1220810
	{"curl", ownLocalhost("it answers for localhost itself since version 7.85.0, whatever the file of hosts says")}, // github.com/curl/curl/pull/9296
}

// loopbacks are the addresses that clients have for localhost.
func loopbacks() []netip.Addr {
	return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
}

// ownLocalhost is the way of a client that answers for localhost itself.
func ownLocalhost(why string) func(context.Context, *question) (answer, bool) {
	return func(ctx context.Context, q *question) (answer, bool) {
		if isLocalhost(q.host) {
			return answer{found: loopbacks(), guessed: true, why: why}, true
		}
		a := asSystem(ctx, q)
		a.guessed = true
		return a, true
	}
}
