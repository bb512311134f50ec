package host

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/bind"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/registry"
	"github.com/limenhq/limen/internal/verdict"
)

// Why says whether a port can be had, and who is in the way.
func (h *Host) Why(ctx context.Context, in op.WhyIn) (limen.Verdict, error) {
	if in.Port == 0 {
		return limen.Verdict{}, &limen.Error{
			Kind: limen.Invalid, What: "cannot judge port 0",
			Why: "it stands for any free port", Next: "name a port from 1 to 65535",
		}
	}
	if in.Transport == 0 {
		in.Transport = limen.TCP
	}
	in.Address = in.Address.Unmap()
	f, err := h.facts(ctx, in, h.memory())
	if err != nil {
		return limen.Verdict{}, err
	}
	v := verdict.Judge(f)
	if in.Identify {
		h.fillCauses(ctx, &v, f)
	}
	list, gaps := h.shelf().Open()
	number := list.Lookup(in.Port, in.Transport)
	v.Number, v.Gaps = &number, append(v.Gaps, gaps...)
	return v, ctx.Err()
}

// notHere says that an address belongs to another machine, if to any.
func notHere(in op.WhyIn) error {
	return &limen.Error{
		Kind: limen.NotFound, What: fmt.Sprintf("cannot judge %s", netip.AddrPortFrom(in.Address, in.Port)),
		Why:  bind.ErrNoAddress.Error(),
		Next: fmt.Sprintf("limen why %d, for the port at the addresses that it has", in.Port),
	}
}

// rulesFor picks what the rules say about one port.
func rulesFor(port uint16, r bind.Rules) verdict.Rules {
	blockedFor, _ := registry.BlockedByBrowsers(port)
	return verdict.Rules{
		Ephemeral: r.Ephemeral, Unprivileged: r.Unprivileged, MayBindLow: r.MayBindLow, Localhost: r.Localhost,
		LowWildcard: r.LowWildcard, InWSL: r.InWSL, InJail: r.InJail,
		Reserved: slices.ContainsFunc(r.Reserved, func(p limen.PortRange) bool { return p.Contains(port) }),
		Browser:  blockedFor,
	}
}
