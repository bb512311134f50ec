package host

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/resolve"
)

// Resolve says how programs find the address of a name, and writes it into the
// system's file of hosts, or takes it out, if asked to.
func (h *Host) Resolve(ctx context.Context, in op.ResolveIn) (out limen.Resolution, err error) {
	name, path, err := h.parseName(in.Name)
	switch {
	case in.Clean && in.Name == "":
		name, err = "", nil
	case err != nil:
		return out, err
	case path != "":
		return out, &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot look up %q", in.Name), Why: "a path has no address of its own", Next: "limen route resolve " + name,
		}
	case in.Hosts && in.Clean:
		return out, &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot write %s and take it out at once", name), Why: "one undoes the other", Next: "leave --hosts or --clean out",
		}
	}
	out.Name = name
	own := h.namesOwnAddresses(ctx)
	if in.Hosts || in.Clean {
		gap, err := h.writeHosts(ctx, in, name, own)
		if err != nil {
			return out, err
		}
		if gap != nil {
			out.Gaps = append(out.Gaps, *gap)
		}
	}
	if out.Hosts, err = (resolve.HostsFile{}).Read(); err != nil {
		out.Gaps = append(out.Gaps, limen.Gap{What: "what limen has written into " + out.Hosts.File, Why: err.Error()})
	}
	if name == "" {
		return out, nil
	}
	m := resolve.Machine{}
	if b := h.harbour.Load(); b != nil {
		if r := b.responder.Load(); r != nil {
			m.Server = r.At()
			out.Server = &limen.Endpoint{Transport: limen.UDP, Addr: m.Server}
		}
	}
	if a, ok := own[name]; ok {
		m.Leads = func(found netip.Addr) bool { return found == a }
	}
	if g := resolve.Warn(name); g != nil {
		out.Gaps = append(out.Gaps, *g)
	}
	out.Ways, err = m.Lookup(ctx, name)
	for i, w := range out.Ways {
		if w.Next == resolve.Command(name) {
			out.Ways[i].Next = commandFor(op.ResolveIn{}, name, own[name])
		}
	}
	return out, err
}

// namesOwnAddresses are the addresses that names have to themselves.
func (h *Host) namesOwnAddresses(ctx context.Context) map[string]netip.Addr {
	own := map[string]netip.Addr{}
	records, all, _, err := h.routeRecords(ctx)
	if err != nil {
		return own // then no name has one that could be found again
	}
	defer records.Close()
	for _, r := range all {
		if r.Address.IsValid() {
			own[r.Name] = r.Address
		}
	}
	return own
}

// writeHosts puts a name into the file of hosts, or takes it out; no name means
// all that limen has written there.
func (h *Host) writeHosts(ctx context.Context, in op.ResolveIn, name string, own map[string]netip.Addr) (*limen.Gap, error) {
	at := in.Address
	if !at.IsValid() {
		at = own[name]
	}
	file := resolve.HostsFile{Again: commandFor(in, name, at)}
	return file.Change(ctx, func(all []resolve.Entry) []resolve.Entry {
		all = slices.DeleteFunc(all, func(e resolve.Entry) bool { return e.Name == name || in.Clean && name == "" })
		if in.Clean {
			return all
		}
		return append(all, resolve.Entries(name, at)...)
	})
}

// commandFor is what does the same with more rights, for whom the records of
// whoever asks are another's.
func commandFor(in op.ResolveIn, name string, at netip.Addr) string {
	switch {
	case in.Clean:
		return strings.Join(strings.Fields("sudo limen route resolve "+name+" --clean"), " ")
	case at.IsValid():
		return resolve.Command(name) + " --address " + at.String()
	}
	return resolve.Command(name)
}

// zone is what the responder of DNS knows: all names, with those of TCP at their
// own addresses.
func (b *harbour) zone() resolve.Zone {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known
}

// zoneOf makes a zone of the routes.
func (b *harbour) zoneOf(routes []limen.Route) resolve.Zone {
	z := resolve.Zone{Suffixes: b.settings.Suffixes(), Names: map[string][]netip.Addr{}}
	for _, r := range routes {
		at := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
		if r.Address.IsValid() {
			at = []netip.Addr{r.Address}
		}
		for _, name := range b.namesOf(r) {
			z.Names[name] = at
		}
	}
	return z
}
