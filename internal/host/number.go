package host

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
)

// Number says what port numbers are for. A single port is always answered,
// also if all there is to say is that nobody has registered it.
func (h *Host) Number(_ context.Context, in op.NumberIn) (limen.Numbers, error) {
	if len(in.Words) == 0 {
		return limen.Numbers{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot look up a port number",
			Why: "none is named", Next: "limen ports 8008; or search for a word: limen ports matrix",
		}
	}
	list, gaps := h.shelf().Open()
	all, err := find(list, in.Words)
	if err != nil {
		return limen.Numbers{}, err
	}
	rules, more := h.rules.Read()
	for i := range all {
		all[i].Here = here(all[i].Port, rules)
	}
	return limen.Numbers{Numbers: all, Gaps: append(gaps, more...)}, nil
}

func find(list registry.Registry, words []string) ([]limen.Number, error) {
	if len(words) == 1 {
		if r, err := limen.ParsePortRange(words[0]); err == nil && r.From == r.To {
			return []limen.Number{list.Lookup(r.From, 0)}, nil
		}
	}
	return list.Search(words...)
}

// Renew fetches IANA's list of port numbers.
func (h *Host) Renew(ctx context.Context, in op.RenewIn) (limen.Renewal, error) {
	return h.shelf().Renew(ctx, registry.Fetcher{}, in.From, in.Force)
}

// shelf is where a list that was fetched is kept. It can be fetched again, so
// it lies with what may be thrown away.
func (h *Host) shelf() registry.Shelf {
	dir, err := h.cache()
	if err != nil {
		return registry.Shelf{} // nothing can have been kept
	}
	return registry.Shelf{File: filepath.Join(dir, "limen", "iana.dat")}
}

// The settings that bear on port numbers, as Linux calls them (kernel,
// Documentation/networking/ip-sysctl.rst). Where a system has none of them,
// nothing is said.
const (
	settingUnprivileged = "net.ipv4.ip_unprivileged_port_start"
	settingEphemeral    = "net.ipv4.ip_local_port_range"
	settingReserved     = "net.ipv4.ip_local_reserved_ports"
)

// here says what the settings of this machine make of a number.
func here(port uint16, r bind.Rules) (all []limen.Evidence) {
	say := func(what, setting string, value any) {
		all = append(all, limen.Evidence{What: what, From: fmt.Sprintf("%s is %v", setting, value)})
	}
	isReserved := slices.ContainsFunc(r.Reserved, func(p limen.PortRange) bool { return p.Contains(port) })
	switch {
	case port < r.Unprivileged && r.MayBindLow:
		say("Binding it takes root or CAP_NET_BIND_SERVICE, which limen was started with", settingUnprivileged, r.Unprivileged)
	case port < r.Unprivileged:
		say("Binding it takes root or CAP_NET_BIND_SERVICE, which you lack", settingUnprivileged, r.Unprivileged)
	case port < 1024 && r.Ephemeral.From > 0:
		say("Every user may bind it, although it is a system port", settingUnprivileged, r.Unprivileged)
	}
	switch {
	case isReserved:
		say("Kept for someone: only who asks for this very number gets it", settingReserved, joinRanges(r.Reserved))
	case r.Ephemeral.Contains(port):
		say("Given to outgoing connections, so it can be taken before a server asks for it", settingEphemeral, r.Ephemeral)
	case r.Ephemeral.From > 0:
		say("Never given out by itself, so a server finds it free unless another has it", settingEphemeral, r.Ephemeral)
	}
	return all
}

// mostRanges is how many reserved ranges are told.
const mostRanges = 8

func joinRanges(all []limen.PortRange) string {
	text := ""
	for i, p := range all {
		if i == mostRanges {
			return text + ",..."
		}
		if i > 0 {
			text += ","
		}
		text += p.String()
	}
	return text
}
