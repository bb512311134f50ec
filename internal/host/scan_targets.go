package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// mostTargets bounds how many addresses one scan asks.
const mostTargets = 4096

// scanTargets returns the addresses that words mean. All are judged before the
// first is asked anything.
func (h *Host) scanTargets(ctx context.Context, words []string) ([]netip.Addr, error) {
	own, err := h.ownAddresses()
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		// Link-local addresses lead to the same listeners, one for each
		// interface; a machine with containers has dozens.
		return slices.DeleteFunc(own, func(a netip.Addr) bool { return a.Is6() && a.IsLinkLocalUnicast() }), nil
	}
	var networks []netip.Prefix
	var all []netip.Addr
	for _, word := range words {
		found, err := meant(ctx, word)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if isOwn(a, own) {
				continue
			}
			if networks == nil {
				c, _, err := h.config()
				if err != nil {
					return nil, err
				}
				networks = append([]netip.Prefix{}, c.Networks()...)
			}
			if a.IsLinkLocalUnicast() && a.Is6() || !slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) }) {
				return nil, notYours(word, a)
			}
		}
		all = append(all, found...)
		if len(all) > mostTargets {
			return nil, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot scan %q", word),
				Why: fmt.Sprintf("that is more than %d addresses", mostTargets), Next: "name a smaller network",
			}
		}
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all), nil
}

// meant returns the addresses that a word means: one, those of a network, or
// those of a name.
func meant(ctx context.Context, word string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(word); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	if p, err := netip.ParsePrefix(word); err == nil {
		p = p.Masked()
		var all []netip.Addr
		for a := p.Addr(); p.Contains(a) && len(all) <= mostTargets; a = a.Next() {
			all = append(all, a)
		}
		return all, nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", word)
	if err != nil {
		return nil, &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot scan %q", word), Why: err.Error(),
			Next: "limen scan 127.0.0.1, localhost or a network such as 192.168.1.0/24",
		}
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found, nil
}

// ownAddresses are the addresses that the kernel says are this machine's.
func (h *Host) ownAddresses() ([]netip.Addr, error) {
	up, err := h.sockets.Interfaces()
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, &limen.Error{What: "cannot say which addresses are this machine's", Why: err.Error()}
	}
	all := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	for _, i := range up {
		for _, a := range i.Addresses {
			if a = a.Unmap(); !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return all, nil
}

// isOwn reports whether an address is this machine's: all of 127.0.0.0/8 is.
func isOwn(a netip.Addr, own []netip.Addr) bool {
	// A link-local address is one of many, told apart by their zones.
	return a.IsLoopback() || slices.Contains(own, a)
}

func notYours(word string, a netip.Addr) error {
	what := fmt.Sprintf("cannot scan %s", a)
	if word != a.String() {
		what = fmt.Sprintf("cannot scan %s, which %q leads to", a, word)
	}
	return &limen.Error{
		Kind: limen.Denied, What: what,
		Why:  "it is not an address of this machine, and no network that you have said is yours has it",
		Next: fmt.Sprintf("if it is yours, say so in limen/config.toml, under [scan]: networks = [%q]", netip.PrefixFrom(a.WithZone(""), a.BitLen()).String()),
	}
}
