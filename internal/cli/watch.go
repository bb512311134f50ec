package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var watch = command{
	name:  "watch",
	args:  "[WORD]...",
	short: "what opens, closes and changes hands, as it happens",
	long: "Writes one line for each socket that begins or ceases to wait for others, and for each that is " +
		"another process's now, until Ctrl-C. Words narrow what is told, as they do for limen list.\n\n" +
		"Where the kernel and your rights allow it, TCP listeners are told of as they open, those that live for a " +
		"moment only included. Everything else is looked for every second. What cannot be seen that way, and how " +
		"many events were missed, is said on standard error. With --json each event is an object on a line of its own; " +
		"ndjson has the gaps among them, too.\n\n" +
		"With --exec a command is run for each event, without a shell, one after another, and what it writes goes to standard error. " +
		"Arguments that are a word in braces are replaced, and each stays one argument whatever it holds. " +
		"A name is what a process calls itself: give it only to commands that take it as text.",
	examples: []entry{
		{"limen watch", "everything, until Ctrl-C"},
		{"limen watch :3000-3010 --user nick", "nick's, in a range of ports"},
		{"limen watch --until 5432", "wait until something listens there"},
		{"limen watch --reach network+", "what other machines can reach"},
		{"limen watch 3000 --exec echo {change} {port}", "run a command for each event"},
		{"limen watch --reach network+ --notify", "a notification for whatever opens to others"},
		{"limen watch --json | jq .listener.port", "for scripts: one object a line"},
	},
	flags: slices.Concat(queryFlags, []flag{
		{name: "until", value: "PORT", doc: "end when this port is listened on, or is already; it narrows as a word does"},
		{name: "every", value: "TIME", doc: "how often to look where the kernel tells nothing by itself; 1s unless given"},
		{name: "notify", doc: "show each event on the desktop, too; what comes at once is shown as one"},
		{name: "exec", value: "CMD [ARG]...", doc: "run a command for each event; takes everything that follows", takesRest: true},
	}, feedFlags),
	lists: []glossary{
		{"events", changeEntries},
		{"replacements", replacementEntries},
		{"formats", feedFormatEntries},
	},
	complete: portWords,
	run:      runWatch,
}

func changeEntries() []entry {
	return []entry{
		{limen.Opened.String(), "it was not there before"},
		{limen.Closed.String(), "it is there no more"},
		{limen.OwnerChanged.String(), "the same socket is another process's now, because the one before has ended"},
	}
}

func runWatch(ctx context.Context, env Env, c call) error {
	in, until, err := watchIn(c)
	if err != nil {
		return err
	}
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	o.Zone = env.Now().Location()
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	out := view.Stream{Out: env.Out, Err: env.Err, Format: f, Options: o}
	tell, stop, err := c.notifier(ctx, env)
	if err != nil {
		return err
	}
	defer stop()
	ctx, leave := whileRead(ctx, env.Out, glance)
	defer leave()
	hasBegun := false
	for news, err := range op.Watch.On(ctx, place, in) {
		if err != nil {
			return endOfWatch(ctx, err, until)
		}
		if err := out.Write(news); err != nil {
			return err
		}
		if !hasBegun {
			hasBegun = true
			io.WriteString(env.Err, begins(in)) // where it cannot be written, nobody is listening
		}
		if news.Event == nil {
			continue
		}
		tell(*news.Event)
		if len(c.rest) > 0 {
			if err := react(ctx, env, c.rest, *news.Event); err != nil {
				return endOfWatch(ctx, err, until)
			}
		}
		if until != nil && news.Event.Change != limen.Closed && until.Match(news.Event.Listener) {
			return nil
		}
	}
	return nil
}

// endOfWatch is what became of a watch that was stopped: what it was for,
// unless it was to wait for something that has not come.
func endOfWatch(ctx context.Context, err error, until *limen.Query) error {
	if gone := context.Cause(ctx); isPipeGone(gone) {
		return gone
	}
	if errors.Is(err, context.Canceled) && until == nil {
		return nil
	}
	return err
}

// begins says that from here on everything is told, because until something
// happens a watch looks like one that does not work.
func begins(in op.WatchIn) string {
	if q := in.Query.String(); q != "" {
		return "watching " + view.Safe(q) + "\n"
	}
	return "watching\n"
}

// The most and the least often that looking makes sense; watchIn says so in
// words.
const (
	leastEvery = 10 * time.Millisecond
	mostEvery  = time.Hour
)

// watchIn reads what to watch, and what to wait for, if anything.
func watchIn(c call) (in op.WatchIn, until *limen.Query, err error) {
	if in.Query, err = c.query("watch"); err != nil {
		return in, nil, err
	}
	if c.has("every") {
		typed := c.values["every"]
		in.Every, err = time.ParseDuration(typed)
		if err != nil || in.Every < leastEvery || in.Every > mostEvery {
			return in, nil, invalid("cannot look every %q", typed)(
				"it is not a time from 10ms to 1h, such as 500ms", "leave it out for every second")
		}
	}
	if c.has("exec") && len(c.rest) == 0 {
		return in, nil, invalid("cannot run a command for each event")("--exec names none", "limen watch --exec echo {change} {port}")
	}
	if !c.has("until") {
		return in, nil, nil
	}
	in.Begin = true
	word := c.values["until"]
	target, err := parseTarget(word)
	if err != nil {
		return in, nil, invalid("cannot wait for %q", withoutPassword(word))(err.Error(), "limen watch --until 3000")
	}
	until = &limen.Query{
		Ports:   []limen.PortRange{{From: target.Port, To: target.Port}},
		Address: target.Address, Transport: cmp.Or(target.Transport, limen.TCP),
	}
	for narrower := range strings.FieldsSeq(until.String()) {
		if err := in.Query.Add(narrower); err != nil {
			return in, nil, invalid("cannot wait for %q", word)(err.Error(), "limen watch --until 3000")
		}
	}
	return in, until, nil
}
