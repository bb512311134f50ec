package host

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/store"
)

// Routes says which names there are, and where they lead.
func (h *Host) Routes(ctx context.Context, in op.RoutesIn) (out limen.Routes, err error) {
	if b := h.harbour.Load(); b != nil {
		out, err = b.survey(ctx, in)
	} else {
		out, err = h.kept(ctx)
	}
	if err != nil {
		return out, err
	}
	if in.Directory != "" {
		root := h.projectAt(in.Directory).Root
		out.Routes = slices.DeleteFunc(out.Routes, func(r limen.Route) bool { return r.Subject == nil || !isWithin(r.Subject.Project, root) })
		out.Unnamed = slices.DeleteFunc(out.Unnamed, func(u limen.Unnamed) bool {
			return u.Owner == nil || u.Owner.Process.Project == nil || !isWithin(u.Owner.Process.Project.Root, root)
		})
	}
	h.noteRenamed(out.Routes)
	slices.SortStableFunc(out.Routes, byName)
	return out, nil
}

func isWithin(dir, root string) bool {
	return root != "" && (dir == root || strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)))
}

// kept are the routes in the records, for which nobody answers.
func (h *Host) kept(ctx context.Context) (out limen.Routes, err error) {
	records, gaps, err := h.records(ctx)
	if err != nil {
		return out, err
	}
	defer records.Close()
	out.Gaps = append(gaps, limen.Gap{What: "where names lead", Why: "there is no daemon that this limen may ask, so nobody answers for them", Next: "limen daemon start"})
	if c, _, err := h.config(); err == nil { // else no suffix is set that could be asked about
		out.Gaps = append(out.Gaps, dangers(c)...)
	}
	out.Routes, err = records.Routes(ctx)
	return out, err
}

// survey says what the harbour knows.
func (b *harbour) survey(ctx context.Context, in op.RoutesIn) (out limen.Routes, err error) {
	b.scan(ctx) // where the kernel tells nothing by itself, the last look may be a second old
	var gap *limen.Gap
	if in.Trust {
		gap = b.seals.gap(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out.Doors, out.Gaps = slices.Clone(b.doors), slices.Clone(b.gaps)
	if gap != nil {
		out.Gaps = append(out.Gaps, *gap)
	}
	if in.All && !b.settings.Observes() {
		out.Gaps = append(out.Gaps, limen.Gap{What: "names of what listens", Why: "names.observe is false", Next: "limen config"})
	}
	out.Routes = slices.Clone(b.routes)
	var unsigned []string
	for i := range out.Routes {
		r := &out.Routes[i]
		b.see(r)
		if r.Port == 0 {
			if !b.seals.signs(strings.TrimPrefix(r.Name, "*.")) {
				unsigned = append(unsigned, r.Name)
			}
			continue
		}
		if err := b.relays.why(netip.AddrPortFrom(r.Address, r.Port)); err != nil {
			r.State, r.Why = limen.RouteAbsent, err.Error()
		}
	}
	if err := b.seals.fault(); err != nil {
		unsigned = nil
		if gap == nil { // it says so itself
			out.Gaps = append(out.Gaps, gapOf("HTTPS", err, "limen trust"))
		}
	}
	if len(unsigned) > 0 {
		out.Gaps = append(out.Gaps, limen.Gap{
			What: "HTTPS for " + strings.Join(unsigned[:min(len(unsigned), 3)], ", "), Why: "the local authority does not sign for such names",
			Next: "limen trust remove; limen trust install --suffix " + strings.Join(endingsOf(unsigned), ","),
		})
	}
	for _, m := range b.all() {
		if m.subject != nil || m.why == "" || m.wanted == "" && !in.All || b.matters(m) {
			continue // a person has named it, maybe
		}
		u := limen.Unnamed{Endpoint: m.listener.Endpoint, Name: m.wanted, Why: m.why, Next: m.next}
		if len(m.listener.Owners) > 0 {
			u.Owner = &m.listener.Owners[0]
		}
		out.Unnamed = append(out.Unnamed, u)
	}
	slices.SortFunc(out.Unnamed, func(a, c limen.Unnamed) int { return a.Endpoint.Compare(c.Endpoint) })
	return out, nil
}

// endingsOf are what an authority has to sign for so that it does for all names:
// a word that belongs to nobody (RFC 6761, 6762), else two words.
func endingsOf(names []string) (all []string) {
	for _, name := range names {
		labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
		last := labels[len(labels)-1]
		if len(labels) > 1 && !slices.Contains([]string{"test", "internal", "local"}, last) {
			last = labels[len(labels)-2] + "." + last
		}
		all = append(all, last)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Unroute takes names away.
func (h *Host) Unroute(ctx context.Context, in op.UnrouteIn) (out limen.Routes, err error) {
	refuse := func(word, why string) (limen.Routes, error) {
		return limen.Routes{}, &limen.Error{Kind: limen.NotFound, What: fmt.Sprintf("cannot take %q away", word), Why: why, Next: "limen route ls"}
	}
	if len(in.Names) == 0 {
		return out, &limen.Error{Kind: limen.Invalid, What: "cannot take a name away", Why: "none is named", Next: "limen route ls"}
	}
	records, all, gaps, err := h.routeRecords(ctx)
	if err != nil {
		return out, err
	}
	defer records.Close()
	for _, word := range in.Names {
		name, path, err := h.parseName(bareName(word))
		if err != nil {
			return out, err
		}
		wanted := limen.Route{Name: name, Path: path, When: in.When, Source: limen.RouteTyped}
		i := slices.IndexFunc(all, func(r limen.Route) bool { return keyOf(r) == keyOf(wanted) })
		if i < 0 {
			wanted.Source = limen.RouteObserved
			i = slices.IndexFunc(all, func(r limen.Route) bool { return keyOf(r) == keyOf(wanted) })
		}
		if i < 0 {
			return refuse(word, "no route is called "+name+path)
		}
		out.Routes = append(out.Routes, all[i])
	}
	out.Gaps = gaps
	if b := h.harbour.Load(); b != nil {
		if err := b.drop(ctx, records, out.Routes); err != nil {
			return out, err
		}
		return out, b.load(ctx)
	}
	return out, dropAll(ctx, records, out.Routes)
}

func dropAll(ctx context.Context, records *store.Store, routes []limen.Route) error {
	for _, r := range routes {
		if _, err := records.DropRoute(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// bareName is a name without what stands around it where names are listed:
// shop.localhost/api of https://shop.localhost:8443/api.
func bareName(listed string) string {
	for _, scheme := range []string{"https://", "http://"} {
		listed = strings.TrimPrefix(listed, scheme)
	}
	host, path, hasPath := strings.Cut(listed, "/")
	if name, port, ok := strings.Cut(host, ":"); ok {
		if _, err := strconv.ParseUint(port, 10, 16); err == nil {
			host = name
		}
	}
	if hasPath {
		host += "/" + path
	}
	return host
}

// drop takes names away from who has them now, and from the records. They stay without
// one until they listen anew; whoever else has wanted it can have it.
func (b *harbour) drop(ctx context.Context, records *store.Store, routes []limen.Route) error {
	b.writing.Lock() // or one that is being saved would be there again
	defer b.writing.Unlock()
	if err := dropAll(ctx, records, routes); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range routes {
		for _, m := range b.moorings {
			if r.Source != limen.RouteTyped && m.isAt(r) {
				m.subject, m.why, m.next = nil, "its name was taken away", "start it again, or limen route add"
			}
			if m.wanted == r.Name {
				m.wanted, m.why, m.next = "", "", ""
			}
		}
		b.kept = slices.DeleteFunc(b.kept, func(o limen.Route) bool { return keyOf(o) == keyOf(r) })
		delete(b.unsaved, keyOf(r))
	}
	b.name()
	b.refresh()
	return nil
}
