package host

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/relay"
	"github.com/limenhq/limen/internal/resolve"
	"github.com/limenhq/limen/internal/store"
)

// Route makes a name lead to a target.
func (h *Host) Route(ctx context.Context, in op.RouteIn) (limen.Route, error) {
	r, err := h.routeOf(in)
	if err != nil {
		return r, err
	}
	records, all, _, err := h.routeRecords(ctx)
	if err != nil {
		return r, err
	}
	defer records.Close()
	if err := checkRoute(r, all, in.Force); err != nil {
		return r, err
	}
	if r.Port != 0 {
		if r.Address, err = addressFor(r, all); err != nil {
			return r, err
		}
	}
	if err := records.PutRoute(ctx, r); err != nil {
		return r, err
	}
	return h.asItIs(ctx, r, records)
}

// routeOf makes a route of what was typed.
func (h *Host) routeOf(in op.RouteIn) (r limen.Route, err error) {
	name, path, err := h.parseName(in.Name)
	if err != nil {
		return r, err
	}
	_, now := h.moment()
	r = limen.Route{
		Name: name, Path: path, Strip: in.Strip, When: in.When, Target: in.Target, Own: in.Own, LAN: in.LAN, Port: in.Port,
		Source: limen.RouteTyped, Since: now, State: limen.RouteAsleep,
	}
	refuse := func(why, next string) (limen.Route, error) {
		return r, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot route %q", in.Name), Why: why, Next: next}
	}
	switch {
	case in.Target == (limen.Target{}):
		return refuse("it does not say where it leads", "limen route add "+name+" 3000")
	case in.Strip && path == "":
		return refuse("there is no path to strip", "limen route add "+name+"/api 3000 --strip")
	case in.Port != 0 && (path != "" || in.When != nil || in.LAN || in.Strip || in.Own):
		return refuse("what is carried as TCP has no paths, cookies or headers, and stays on this machine", "leave them out, or --tcp")
	case in.Port != 0 && strings.HasPrefix(name, "*."):
		return refuse("an address belongs to one name", "name it without *")
	case in.Target.Route == name && in.When == nil && path == "":
		return refuse("it would lead to itself", "name what it leads to")
	}
	return r, nil
}

// parseName reads a name as people type it: without what all names end in, and
// with a path that it is about.
func (h *Host) parseName(typed string) (name, path string, err error) {
	refuse := func(why string) (string, string, error) {
		return "", "", &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot use the name %q", typed), Why: why, Next: "write it as shop, shop.localhost, *.shop.localhost or shop.localhost/api",
		}
	}
	bare, rest, hasPath := strings.Cut(typed, "/")
	if hasPath && rest != "" {
		t, err := limen.ParseTarget("1/" + rest)
		if err != nil {
			return refuse("what follows the slash is no path")
		}
		path = t.Path
	}
	star := ""
	if strings.HasPrefix(bare, "*.") {
		star, bare = "*.", bare[2:]
	}
	if name, err = limen.ParseHost(bare); err != nil {
		return refuse(err.Error())
	}
	if isLoopback(name) || name == "localhost" {
		return refuse("every server of this machine answers to it")
	}
	if !strings.Contains(name, ".") {
		suffix := "localhost"
		if c, _, err := h.config(); err == nil {
			suffix = c.Suffixes()[0]
		}
		name += "." + suffix
	}
	return star + name, path, nil
}

// checkRoute refuses a route that would take another's place, or leads nowhere.
func checkRoute(r limen.Route, all []limen.Route, force bool) error {
	for _, o := range all {
		k := keyOf(o)
		k.typed = true // what was seen has the name, too
		if k == keyOf(r) && (o.Target != r.Target || o.Port != r.Port) && !force && !isOver(o) {
			return &limen.Error{
				Kind: limen.Busy, What: fmt.Sprintf("cannot route %s to %v", r.Name+r.Path, r.Target),
				Why: fmt.Sprintf("it leads to %v", o.Target), Next: fmt.Sprintf("limen route add --force %s %v", r.Name+r.Path, r.Target),
			}
		}
	}
	if r.Target.Route == "" {
		return nil
	}
	at := r.Target.Route
	for range len(all) + 1 {
		i := slices.IndexFunc(all, func(o limen.Route) bool { return o.Name == at && o.Path == "" && o.When == nil })
		if i < 0 {
			return &limen.Error{
				Kind: limen.NotFound, What: fmt.Sprintf("cannot route %s to %v", r.Name+r.Path, r.Target), Why: "no route is called " + at, Next: "limen route ls",
			}
		}
		if at = all[i].Target.Route; at == "" {
			return nil
		}
		if at == r.Name && r.When == nil {
			break
		}
	}
	return &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot route %s to %v", r.Name+r.Path, r.Target), Why: "it would lead to itself", Next: "limen route ls"}
}

// isOver reports whether a route is kept for a project that is not there any
// more.
func isOver(r limen.Route) bool { return r.Subject != nil && isGone(r.Subject.Project) }

// addressFor returns the address of a name that TCP is carried for: that of its
// project, which is what the name is below.
func addressFor(r limen.Route, all []limen.Route) (a netip.Addr, err error) {
	of := belongsTo(r.Name)
	for _, o := range all {
		if o.Address.IsValid() && belongsTo(o.Name) == of {
			return o.Address, nil
		}
	}
	return relay.Address(of, func(a netip.Addr) bool {
		return slices.ContainsFunc(all, func(o limen.Route) bool { return o.Address == a })
	})
}

// belongsTo is the name that a name is below: of postgres.shop.localhost,
// shop.localhost.
func belongsTo(name string) string {
	if _, rest, ok := strings.Cut(name, "."); ok && strings.Contains(rest, ".") {
		return rest
	}
	return name
}

// asItIs returns a route as it is now that it was changed: what the daemon makes
// of it, if this is the daemon.
func (h *Host) asItIs(ctx context.Context, r limen.Route, records *store.Store) (limen.Route, error) {
	b := h.harbour.Load()
	if b == nil {
		r.Why, r.Gaps = "the daemon does not run, so nobody answers for it yet", warnings(r)
		return r, nil
	}
	if err := b.load(ctx); err != nil {
		return r, err
	}
	now := b.current(r)
	if now.State == limen.RouteAbsent { // a daemon that has just begun has not looked yet
		b.scan(ctx)
		now = b.current(r)
	}
	if at := netip.AddrPortFrom(r.Address, r.Port); r.Port != 0 {
		b.relays.await(ctx, at)
		if err := b.relays.why(at); err != nil {
			now.State, now.Why = limen.RouteAbsent, err.Error()
		}
	}
	now.Gaps = append(warnings(now), b.obstacles(now)...)
	return now, nil
}

// current returns a route as the harbour has it.
func (b *harbour) current(r limen.Route) limen.Route {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, now := range b.routes {
		if keyOf(now) == keyOf(r) {
			b.see(&now)
			return now
		}
	}
	return r
}

// see says where a route is answered, and whether the socket is there that it
// leads to: no listener of a port tells of that.
func (b *harbour) see(r *limen.Route) {
	r.URL = b.urlOf(*r)
	if r.Target.Socket == "" || r.State != limen.RouteLive {
		return
	}
	if _, err := os.Stat(r.Target.Socket); err != nil {
		r.State, r.Why = limen.RouteAbsent, "no socket is there"
	}
}

// warnings say what is dangerous about the ending of a name.
func warnings(r limen.Route) []limen.Gap {
	if g := resolve.Warn(r.Name); g != nil {
		return []limen.Gap{*g}
	}
	return nil
}

// obstacles say what may keep devices of the network from a route that is for
// them, too.
func (b *harbour) obstacles(r limen.Route) (gaps []limen.Gap) {
	if !r.LAN {
		return nil
	}
	for _, d := range b.doors {
		signed := b.seals.signs
		if d.Usual != 443 {
			signed = nil
		}
		for _, g := range (resolve.Machine{}).Obstacles(r.Name, d.Endpoint.Port(), signed) {
			if !slices.Contains(gaps, g) { // a door at each loopback address
				gaps = append(gaps, g)
			}
		}
	}
	return gaps
}
