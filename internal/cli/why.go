package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var why = command{
	name:  "why",
	args:  "TARGET...",
	short: "whether a port can be had, and who is in the way",
	long: "Tries to bind the port on the usual addresses, without listening and for a moment only, " +
		"and when that fails names every cause, who is behind it, why it runs, and the one right next move.\n\n" +
		"The exit code is 0 when the question was answered, also if the port is taken: the verdict stands in the " +
		"answer. A script asks with --json and reads the field free.",
	examples: []entry{
		{"limen why 3000", "the TCP port 3000"},
		{"limen 3000", "the same"},
		{"limen why 53/udp", "a UDP port"},
		{"limen why 10.0.0.5:3000", "one address of this machine, and it alone"},
		{"limen why http://localhost:3000/login", "what a URL leads to"},
		{"limen why 3000 3001", "several ports"},
		{"limen why --no-try 3000", "look only, bind nothing"},
		{"limen why 3000 --json | jq .free", "true or false"},
	},
	flags: slices.Concat([]flag{
		{name: "tcp", doc: "the TCP port, which is the usual meaning"},
		{name: "udp", doc: "the UDP port"},
		{name: "no-try", doc: "look only: bind nothing, and ask nobody"},
		{name: "identify", doc: "also ask who is in the way what it speaks; on a terminal one port is asked anyway"},
	}, outputFlags),
	lists: []glossary{
		{"targets", targetEntries},
		{"formats", formatEntries},
	},
	complete: portWords,
	run:      runWhy,
}

func targetEntries() []entry {
	return []entry{
		{"3000, :3000", "a port"},
		{"53/udp, udp/53", "a port of a transport"},
		{"127.0.0.1:3000", "a port at an address; IPv6 as [::1]:3000"},
		{"tcp/[::1]:3000", "an endpoint, as limen writes it"},
		{"localhost:3000", "a port of this machine, at whatever address"},
		{"https://localhost/x", "what a URL leads to; without a port, the usual one of http, postgres, redis and others"},
	}
}

func runWhy(ctx context.Context, env Env, c call) error {
	asked, err := whyIns(c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		var verdicts []limen.Verdict
		var gaps []limen.Gap
		// Whoever types a port wants to know what is there; a script says so.
		curious := env.Width() > 0 && len(asked) == 1
		for _, in := range asked {
			in.Identify = !in.NoTry && (curious || c.has("identify"))
			v, err := op.Why.On(ctx, place, in)
			if err != nil {
				return err
			}
			verdicts = append(verdicts, v)
			for _, g := range v.Gaps {
				if !slices.Contains(gaps, g) {
					gaps = append(gaps, g)
				}
			}
		}
		if err := view.Verdicts(env.Out, verdicts, f, o); err != nil || f.TellsGaps {
			return err
		}
		return view.Gaps(env.Err, gaps)
	})
}

// whyIns reads which ports are asked about. All are read before the first is
// tried, so that a mistake in the last costs nothing.
func whyIns(c call) ([]op.WhyIn, error) {
	if len(c.args) == 0 {
		return nil, invalid("cannot judge a port")("none is named", "limen why 3000")
	}
	var transport limen.Transport
	switch {
	case c.has("tcp") && c.has("udp"):
		return nil, invalid("cannot judge TCP and UDP at once")("each has ports of its own", fmt.Sprintf("limen why %s/tcp %s/udp", c.args[0], c.args[0]))
	case c.has("tcp"):
		transport = limen.TCP
	case c.has("udp"):
		transport = limen.UDP
	}
	var all []op.WhyIn
	for _, word := range c.args {
		in, err := parseTarget(word)
		if err != nil {
			return nil, invalid("cannot judge %q", withoutPassword(word))(err.Error(), "limen why 3000; to search for a name: limen list WORD")
		}
		if transport != 0 {
			if in.Transport != 0 && in.Transport != transport {
				return nil, invalid("cannot judge %q with --%s", word, transport)(
					fmt.Sprintf("it says %s itself", in.Transport), "leave one of the two out")
			}
			in.Transport = transport
		}
		in.NoTry = c.has("no-try")
		all = append(all, in)
	}
	return all, nil
}
