package host

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/resolve"
	"github.com/limenhq/limen/internal/serve"
)

// servedAt says where a folder is served, the best address first: to the
// network that which another device reaches, with the token that lets it in.
func (d *doors) servedAt(s *serve.Site, in op.ServeIn, beyond []string) limen.Site {
	answer := limen.Site{Root: s.Path()}
	port, query := d.ports[0], ""
	if in.LAN && !in.Open {
		query = "?token=" + s.Token()
	}
	for _, host := range beyond {
		answer.URLs = append(answer.URLs, address("http", host, port)+query)
	}
	for _, host := range append([]string{"localhost", s.Origin()}, in.Hosts...) {
		answer.URLs = append(answer.URLs, address("http", host, port))
	}
	for _, port := range d.ports[1:] { // both speak both; these are what HTTPS was asked for
		answer.URLs = append(answer.URLs, address("https", "localhost", port), address("https", s.Origin(), port))
	}
	if path := s.DropPath(); path != "" {
		answer.Drop = strings.TrimSuffix(strings.TrimSuffix(answer.URLs[0], query), "/") + path
	}
	if len(beyond) > 0 {
		if code, err := serve.NewQR(answer.URLs[0]); err == nil { // an address is never too long for one
			answer.Code = code.PlainBlocks()
		}
	}
	for _, l := range d.listeners {
		if a, err := netip.ParseAddrPort(l.Addr().String()); err == nil {
			answer.Endpoints = append(answer.Endpoints, limen.Endpoint{Transport: limen.TCP, Addr: a})
		}
	}
	return answer
}

// address is the URL of a site's beginning.
func address(scheme, host string, port uint16) string {
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(int(port))) + "/"
}

// beyond finds out under which names and addresses other devices reach this
// machine, and makes the site answer for the names. The caller calls done when
// the site is served no more.
func beyond(ctx context.Context, s *serve.Site, d *doors) (hosts []string, done func(), err error) {
	done = func() {}
	if !d.isWide {
		return nil, done, nil
	}
	cards, err := serve.Cards()
	if err != nil {
		return nil, done, err
	}
	at := serve.Reachable(cards)
	for _, a := range at {
		hosts = append(hosts, a.String())
	}
	if len(hosts) == 0 {
		d.notices = append(d.notices, limen.Notice{
			What: "no other device can reach this machine", Why: "it has no address on any network", Next: "join one, and start again",
		})
		return nil, done, nil
	}
	name, err := resolve.Announce(ctx, s.Label(), at)
	if err != nil {
		if ctx.Err() != nil {
			return nil, done, ctx.Err()
		}
		d.notices = append(d.notices, limen.Notice{
			What: fmt.Sprintf("devices do not find this machine as %s.local", s.Label()), Why: err.Error(), Next: "use one of its addresses",
		})
		return hosts, done, nil
	}
	s.Answer(name.String())
	return append(hosts, name.String()), func() { name.Close() }, nil // it is forgotten by others in any case
}
