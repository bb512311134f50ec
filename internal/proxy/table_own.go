package proxy

import (
	"net/netip"
	"strings"
)

// AnyOwn is the name of a route for all hosts by which programs of this machine
// mean the machine itself. What stands before a single server has it: requests for
// any other host are then refused.
const AnyOwn = "*"

// isOwn reports whether a Host field, as it was sent, means this machine: a
// loopback address, localhost or what is below it (RFC 6761, section 6.3), or
// nothing, as HTTP/1.0 has it. Any other name may be one whose owner has let it
// lead here, so that a page of theirs counts as one of the server's (DNS
// rebinding).
func isOwn(host string) bool {
	if host == "" {
		return true
	}
	name, ok := cutPort(host)
	if !ok {
		return false
	}
	if inner, isBracketed := strings.CutPrefix(name, "["); isBracketed {
		name, ok = strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(name)
		return ok && err == nil && a.Zone() == "" && a.Unmap().IsLoopback()
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a.Is4() && a.IsLoopback()
	}
	const local = "localhost"
	name = strings.TrimSuffix(name, ".")
	rest := len(name) - len(local)
	return rest >= 0 && strings.EqualFold(name[rest:], local) && (rest == 0 || name[rest-1] == '.')
}

// standsForAll reports whether the routes are those of one server.
func (t *Table) standsForAll() bool {
	x := t.index.Load()
	return x != nil && x.names[AnyOwn] != nil
}
