package host

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A mooring is a listener of this machine, and what its name is or why it has
// none.
type mooring struct {
	listener limen.Listener
	at       limen.Endpoint // where it is connected to
	service  *limen.Service // nil until it has answered
	subject  *limen.Subject // whose name it has; nil if it has none
	app      *limen.App     // that has opened it; nil if limen runs none, or it is not known yet
	asked    bool           // it has been asked what it speaks, whatever it answered
	since    time.Time
	leave    context.CancelFunc // ends what asks it

	// Why it has no name.
	wanted string // the name that it would have, which is another's
	why    string
	next   string
}

// isAt reports whether a route leads to the listener.
func (m *mooring) isAt(r limen.Route) bool {
	t := r.Target
	switch {
	case r.Source != limen.RouteTyped:
		return m.subject != nil && r.Subject != nil && *m.subject == *r.Subject
	case t.Container != "":
		return m.isOf(t.Container) && (t.Port == 0 || t.Port == m.at.Port())
	case t.Route != "" || t.Socket != "" || m.at.Port() != t.Port:
		return false
	case t.Host == "":
		return m.at.Address().IsLoopback()
	}
	a, err := netip.ParseAddr(t.Host)
	return err == nil && (m.at.Address() == a || m.listener.Endpoint.IsWildcard() && a.IsLoopback() && a.Is4() == m.at.Address().Is4())
}

// isOf reports whether the listener is a container's.
func (m *mooring) isOf(container string) bool {
	for _, o := range m.listener.Owners {
		for _, k := range o.Within {
			if k.Container != nil && (k.Name == container || strings.HasPrefix(k.Container.ID, container)) {
				return true
			}
		}
	}
	return false
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
