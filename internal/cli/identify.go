package cli

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var identify = command{
	name:  "identify",
	args:  "TARGET...",
	short: "what speaks at a port, found by asking it",
	long: "Connects to what listens and finds out what it is by speaking to it: protocol, product, version, TLS, and " +
		"whether it asks who is there. The owner of the port decides what is asked first. A server meets one " +
		"connection at a time, for one second at most; nothing is written there, and no login is guessed.\n\n" +
		"A port alone means what listens with it on this machine. An address is asked as it is named, also on " +
		"another machine.",
	examples: []entry{
		{"limen identify 3000", "whatever listens on port 3000 here"},
		{"limen identify 127.0.0.1:3000 5432", "several"},
		{"limen identify 192.168.1.5:22", "another machine, because you name it"},
		{"limen identify 53/udp", "a UDP port"},
		{"limen identify 443 --json", "everything that was learned, for scripts"},
		{"limen list --identify", "every listener"},
	},
	flags: slices.Concat([]flag{
		{name: "udp", doc: "UDP ports"},
	}, outputFlags),
	lists:    []glossary{{"targets", targetEntries}, {"formats", formatEntries}},
	complete: portWords,
	run:      runIdentify,
}

func runIdentify(ctx context.Context, env Env, c call) error {
	in, err := identifyIn(c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		found, err := op.Identify.On(ctx, place, in)
		if err != nil {
			return err
		}
		if err := view.Identities(env.Out, found, f, o); err != nil || f.TellsGaps {
			return err
		}
		return view.Gaps(env.Err, found.Gaps)
	})
}

// identifyIn reads which endpoints are meant. A port alone is a wildcard.
func identifyIn(c call) (in op.IdentifyIn, err error) {
	if len(c.args) == 0 {
		return in, invalid("cannot ask a port what it speaks")("none is named", "limen identify 3000; limen list --identify asks all")
	}
	for _, word := range c.args {
		t, err := parseTarget(word)
		if err != nil {
			return in, invalid("cannot ask %q what it speaks", withoutPassword(word))(err.Error(), "limen identify 3000, or an address and port such as 127.0.0.1:3000")
		}
		switch {
		case c.has("udp") && t.Transport == limen.TCP:
			return in, invalid("cannot ask %q with --udp", word)(fmt.Sprintf("it says %s itself", t.Transport), "leave one of the two out")
		case c.has("udp"):
			t.Transport = limen.UDP
		case t.Transport == 0:
			t.Transport = limen.TCP
		}
		if !t.Address.IsValid() {
			t.Address = netip.IPv6Unspecified()
		}
		in.Endpoints = append(in.Endpoints, limen.Endpoint{Transport: t.Transport, Addr: netip.AddrPortFrom(t.Address, t.Port)})
	}
	return in, nil
}
