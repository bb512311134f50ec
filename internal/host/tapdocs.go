package host

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/apidoc"
)

// mostAsked is how many services are asked for their documents when a tap is
// opened: who taps everything has not asked for that.
const mostAsked = 3

// documents are the descriptions of their interfaces that those services offer
// which are tapped. They are asked past the proxy, and nobody else is asked.
func (v *vigil) documents(ctx context.Context) (all []limen.Document) {
	for _, s := range v.services() {
		all = append(all, v.host.documents(ctx, s.Service, s.places)...)
	}
	return all
}

// isThere reports whether somebody answers at the target, as far as that is this
// machine's to say.
func (v *vigil) isThere(ctx context.Context) bool {
	s, ok := serviceAt(*v.in.Target, nil, "")
	if !ok {
		return true
	}
	c, err := s.Dial(ctx)
	if err != nil {
		return false
	}
	c.Close() // nothing was said
	return true
}

// services are those that are tapped, and can be asked.
func (v *vigil) services() (all []service) {
	if v.standin != nil {
		at := "http://localhost:" + strconv.Itoa(int(v.standin.endpoint.Port()))
		if s, ok := serviceAt(*v.in.Target, nil, at); ok {
			all = append(all, s)
		}
	}
	if v.harbour == nil || len(v.names) > mostAsked {
		return all
	}
	for _, n := range v.names {
		r := v.harbour.current(limen.Route{Name: n.host, Path: n.path})
		if r.State != limen.RouteLive {
			r = v.harbour.current(limen.Route{Name: n.host, Path: n.path, Source: limen.RouteTyped})
		}
		if r.State != limen.RouteLive || r.Port != 0 || strings.HasPrefix(r.Name, "*") {
			continue
		}
		s, ok := serviceAt(r.Target, r.Endpoints, r.URL)
		if s.Host = r.Name; ok {
			all = append(all, s)
		}
	}
	return all
}

// A service is one that can be asked, and where it is: the first of these places where
// somebody answers, if it has an address.
type service struct {
	apidoc.Service
	places []netip.AddrPort
}

// serviceAt is a service of this machine at a target, or at what that leads to
// now. What is on another machine is not asked.
func serviceAt(t limen.Target, at []limen.Endpoint, url string) (service, bool) {
	s := service{Service: apidoc.Service{Secret: t.Scheme == limen.SchemeHTTPS, URL: strings.TrimSuffix(url, "/")}}
	var places []string
	network := "tcp"
	switch {
	case t.Socket != "":
		network, places = "unix", []string{t.Socket}
	case len(at) > 0:
		for _, e := range at {
			s.places = append(s.places, e.Addr)
		}
	case t.Port != 0 && t.Host == "" && t.Container == "":
		for _, a := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
			s.places = append(s.places, netip.AddrPortFrom(a, t.Port))
		}
	case t.Port != 0 && isLoopback(t.Host):
		s.places = append(s.places, netip.AddrPortFrom(netip.MustParseAddr(t.Host).Unmap(), t.Port))
	default:
		return s, false
	}
	for _, p := range s.places {
		places = append(places, p.String())
	}
	s.Dial = func(ctx context.Context) (c net.Conn, err error) {
		for _, place := range places {
			if c, err = (&net.Dialer{Timeout: attention}).DialContext(ctx, network, place); err == nil {
				return c, nil
			}
		}
		return nil, fmt.Errorf("nobody answers there: %w", err)
	}
	return s, true
}
