package cli

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tap = command{
	name:  "tap",
	args:  "[NAME|PORT]...",
	short: "what goes through a name, or to a port, as it goes",
	long: "Writes one line for each request that goes through names, until Ctrl-C: what was asked, what was answered, how long it took, and " +
		"which program asked. Without a word all names are tapped. A port needs no name: a listener is opened before it, at a free port that is said, and " +
		"what is sent there goes on to it.\n\n" +
		"Only what goes by while somebody taps is recorded, unless tap.always says otherwise (limen config). It stays in your own files, 64 MiB of it " +
		"unless tap.size says otherwise, for limen tap ls, show, replay, diff, export and as-curl. Logins, cookies and tokens are hidden wherever anything is shown, until --secrets.\n\n" +
		"Nothing waits for a tap: if there is too much at once, not all requests are shown, or even kept, and how many is said on standard error.",
	examples: []entry{
		{"limen tap", "all names"},
		{"limen tap shop", "shop.localhost"},
		{"limen tap 3000", "what is not behind a name: at a port of its own"},
		{"limen tap shop --path '/api/*' --status 4xx,5xx", "what fails below /api"},
		{"limen tap shop --slower 200ms --by curl", "what takes long, and was asked by curl"},
		{"limen tap shop --frames", "each message of WebSockets and streams, too"},
		{"limen tap --json | jq '.exchange.url // empty'", "for scripts: one object a line"},
	},
	flags: slices.Concat(tapFilterFlags, []flag{
		{name: "frames", doc: "each message of WebSockets and event streams, too"},
		{name: "port", short: "p", value: "PORT", doc: "where the listener before a port is opened; without it the next that is free"},
	}, feedFlags),
	lists:    []glossary{{"formats", feedFormatEntries}},
	complete: routeNames,
	run:      runTap,
}

func runTap(ctx context.Context, env Env, c call) error {
	in, err := tapIn(c)
	if err != nil {
		return err
	}
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	o.Zone = env.Now().Location()
	where := env.ensure // names are answered by the daemon
	switch {
	case in.Target == nil && env.config().IsOff():
		return &limen.Error{Kind: limen.NotFound, What: "cannot tap names", Why: "the daemon answers for them, and LIMEN_DAEMON is off", Next: "unset LIMEN_DAEMON, or limen tap 3000 for a port"}
	case in.Target != nil:
		where = func(ctx context.Context) (op.Place, func() error, error) { return env.Place(ctx, "") }
	}
	place, done, err := where(ctx)
	if err != nil {
		return err
	}
	defer done()
	out := view.Tapping{Out: env.Out, Err: env.Err, Format: f, Options: o}
	ctx, leave := whileRead(ctx, env.Out, glance)
	defer leave()
	for item, err := range op.Tap.On(ctx, place, in) {
		if err != nil {
			return endOfWatch(ctx, err, nil)
		}
		if err := out.Write(item); err != nil {
			return err
		}
	}
	return nil
}

// tapIn reads what to tap, and what to tell of it.
func tapIn(c call) (in op.TapIn, err error) {
	for _, word := range c.args {
		target, name, err := tapWord(word)
		switch {
		case err != nil:
			return in, err
		case target == nil:
			in.Names = append(in.Names, name)
		case in.Target != nil:
			return in, invalid("cannot tap %q, too", word)("one listener stands before one port", "limen tap "+word+", beside this one")
		default:
			in.Target = target
		}
	}
	if c.has("port") {
		if in.Port, err = limen.ParsePort(strings.TrimPrefix(c.values["port"], ":")); err != nil {
			return in, invalid("cannot listen at port %q", c.values["port"])(err.Error(), "leave it out for the next that is free")
		}
		if in.Target == nil {
			return in, invalid("cannot listen at port %d", in.Port)("only before a port a listener is opened, and names have theirs", fmt.Sprintf("limen tap 3000 --port %d", in.Port))
		}
	}
	in.Frames = c.has("frames")
	in.Filter, err = tapFilter(c)
	return in, err
}

// tapWord is what a word means: a port, or whatever else a route can lead to, or
// a name, perhaps with a path. The address of a name is that name.
func tapWord(word string) (*limen.Target, string, error) {
	const next = "limen tap shop, or limen tap 3000"
	if u, err := url.Parse(word); err == nil && strings.HasSuffix(u.Hostname(), ".localhost") {
		return nil, u.Hostname() + strings.TrimRight(u.EscapedPath(), "/"), nil
	}
	t, err := limen.ParseTarget(strings.TrimPrefix(word, ":"))
	switch {
	case err == nil && t.Route == "":
		return &t, "", nil
	case strings.Contains(word, ":") || strings.Trim(word, "0123456789") == "":
		return nil, "", invalid("cannot tap %q", withoutPassword(word))("it is neither a name nor a port of this machine", next)
	}
	host, _, _ := strings.Cut(word, "/")
	if _, err := limen.ParseHost(strings.TrimPrefix(host, "*.")); err != nil {
		return nil, "", invalid("cannot tap %q", withoutPassword(word))(err.Error(), next)
	}
	return nil, word, nil
}
