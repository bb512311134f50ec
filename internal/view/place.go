package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// portCell is how services(5) writes a port. TCP, the usual case, is not said.
func portCell(r row, f form) string {
	s := strconv.Itoa(int(r.endpoint.Port()))
	if r.endpoint.Transport != limen.TCP && !f.data {
		s += "/" + r.endpoint.Transport.String()
	}
	return s
}

// addressCell says to people what an IPv6 socket does with IPv4: a dual-stack
// wildcard answers on it, and a mapped address is nothing else.
func addressCell(r row, f form) string {
	a := r.endpoint.Address()
	s := a.String()
	if r.device != "" && r.device != a.Zone() {
		s += "%" + limen.Unmistakable(r.device)
	}
	switch {
	case f.data:
	case a.Is4In6():
		s += " (v4)"
	case a.Is6() && slices.Contains(r.families, limen.IPv4):
		s += " and v4"
	}
	return s
}

func peerCell(r row, _ form) string {
	if !r.peer.IsValid() {
		return ""
	}
	return r.peer.String()
}

func reachCell(r row, _ form) string {
	if r.reach == 0 {
		return "" // a connection has none
	}
	return r.reach.String()
}

// reachTint helps the eye to what is open to others. The words say it, too.
func reachTint(r row) style {
	switch r.reach {
	case limen.Self:
		return dim
	case limen.Network:
		return yellow
	case limen.World:
		return red
	}
	return ""
}

func stateCell(r row, _ form) string {
	if r.state == 0 {
		return ""
	}
	return r.state.String()
}

// isUsualState reports whether a socket does what everyone expects of one in
// this list.
func isUsualState(r row) bool { return r.state == limen.Listening || r.state == limen.Open }

func backlogCell(r row, _ form) string {
	if r.backlog == nil {
		return ""
	}
	return fmt.Sprintf("%d/%d", r.backlog.Used, r.backlog.Max)
}

func userCell(r row, f form) string {
	switch {
	case r.user == nil:
		return ""
	case f.data:
		return r.user.String()
	}
	return limen.Unmistakable(r.user.String())
}

func endpointCell(r row, _ form) string { return r.endpoint.String() }

func transportCell(r row, _ form) string { return r.endpoint.Transport.String() }

func familiesCell(r row, _ form) string {
	var words []string
	for _, f := range r.families {
		words = append(words, f.String())
	}
	return strings.Join(words, " ")
}

func namespaceCell(r row, _ form) string {
	if r.namespace == 0 {
		return ""
	}
	return r.namespace.String()
}

func socketCell(r row, _ form) string {
	var words []string
	for _, n := range r.sockets {
		if n != 0 {
			words = append(words, strconv.FormatUint(n, 10))
		}
	}
	return strings.Join(words, " ")
}

// byPlace is the order of rows that nothing else decides.
func byPlace(a, b row) int {
	return cmp.Or(byEndpoint(a, b), cmp.Compare(a.device, b.device), byPeer(a, b),
		cmp.Compare(a.namespace, b.namespace), slices.Compare(a.sockets, b.sockets))
}

func byEndpoint(a, b row) int { return a.endpoint.Compare(b.endpoint) }

func byAddress(a, b row) int { return a.endpoint.Address().Compare(b.endpoint.Address()) }

func byPeer(a, b row) int { return a.peer.Compare(b.peer) }

func byReach(a, b row) int { return cmp.Compare(a.reach, b.reach) }

func byBacklog(a, b row) int { return cmp.Compare(a.backlog.Used, b.backlog.Used) }
