package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var scan = command{
	name:  "scan",
	args:  "[TARGET...]",
	short: "which ports of this machine let connections in",
	long: "Connects to every port of this machine's own addresses, without any rights, and puts beside it what the kernel " +
		"knows: a port that is open although nobody listens, and a listener that lets nobody in. Every port is counted: " +
		"open, refused, silent and unknown add up to what was asked. Whoever listens sees a connection that is reset at once.\n\n" +
		"Addresses of this machine and 127.0.0.0/8 may be scanned, and networks that are listed as yours in the settings " +
		"(limen config). Anything else is refused before the first packet.",
	examples: []entry{
		{"limen scan", "all ports of all own addresses"},
		{"limen scan 127.0.0.1 --ports 1-1024,8000-8999", "some ports of one address"},
		{"limen scan localhost --identify", "and what speaks at those that are open"},
		{"limen scan 192.168.1.0/24 --ports 22,80,443", "a network that is yours"},
		{"limen scan --resume scan.notes", "goes on where the last one was stopped"},
		{"limen scan --json", "for scripts"},
	},
	flags: slices.Concat([]flag{
		{name: "ports", value: "PORTS", doc: "ports and ranges, with commas between; 1-65535 if not said"},
		{name: "identify", doc: "ask what speaks at the ports that are open"},
		{name: "resume", value: "FILE", doc: "note there what is known, and begin with what is noted"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runScan,
}

func runScan(ctx context.Context, env Env, c call) error {
	in := op.ScanIn{Targets: c.args, Identify: c.has("identify")}
	for word := range strings.SplitSeq(c.values["ports"], ",") {
		if !c.has("ports") {
			break
		}
		r, err := limen.ParsePortRange(strings.TrimSpace(word))
		if err != nil {
			return invalid("cannot scan --ports %q", c.values["ports"])(err.Error(), "limen scan --ports 22,80,8000-8999")
		}
		in.Ports = append(in.Ports, r)
	}
	if c.has("resume") {
		var err error
		if in.Resume, err = filepath.Abs(c.values["resume"]); err != nil { // the place may work in another directory
			return err
		}
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		width := widthOf(env.Err)
		for news, err := range op.Scan.On(ctx, place, in) {
			if err != nil {
				return err
			}
			if err := view.Progress(env.Err, news, width); err != nil {
				return err
			}
			if news.Scan == nil {
				continue
			}
			if err := view.Scan(env.Out, *news.Scan, f, o); err != nil {
				return err
			}
			if !f.TellsGaps {
				if err := view.Gaps(env.Err, news.Scan.Gaps); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
