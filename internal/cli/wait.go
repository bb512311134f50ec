package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var wait = command{
	name:  "wait",
	args:  "TARGET... [-- CMD [ARG]...]",
	short: "wait until a port, a URL or a socket is as it should be",
	long: "Ends as soon as every target is ready, which is proved by using it: a port or a Unix socket takes a connection, " +
		"a URL answers with a status that is no error, closed: refuses a connection, and free: can be bound on every family. " +
		"A UDP port has no connections; it is ready when the kernel has a socket there.\n\n" +
		"It gives up when waiting is pointless: the process of --pid has ended, or another one answers at its port. " +
		"How it ended, and what became of each target, is said on standard error; with --json it is the answer.\n\n" +
		"With -- a program is run when all is ready, without a shell, and its exit code is limen's.",
	examples: []entry{
		{"limen wait 3000", "until something answers at port 3000"},
		{"limen wait 5432 6379 -- npm test", "both, then run a program"},
		{"limen wait free:3000", "until it can be bound"},
		{"limen wait closed:3000", "until nothing answers there any more"},
		{"limen wait http://localhost:3000/health --value .status=ok", "a URL, and a value in its JSON"},
		{"limen wait /run/docker.sock", "a Unix socket"},
		{"limen wait 3000 --pid 4242", "and give up when that process ends"},
		{"limen wait 3000 3001 --any --timeout 10s", "one of them, for ten seconds"},
	},
	flags: slices.Concat([]flag{
		{name: "any", doc: "one of the targets is enough"},
		{name: "timeout", value: "TIME", doc: "how long to wait; 1m unless given, and 0 for without end"},
		{name: "pid", value: "PID", doc: "the process that is to bring it about, or to have started who does"},
		{name: "status", value: "CODE", doc: "of URLs: the status, or a range as 200-299; 200-399 unless given"},
		{name: "body", value: "TEXT", doc: "of URLs: text that must be in the body"},
		{name: "value", value: "PATH[=VALUE]", doc: "of URLs: a value in a JSON body; without VALUE, anything but null and false"},
		{name: "insecure", doc: "of URLs: believe any certificate"},
	}, outputFlags),
	lists: []glossary{
		{"targets", goalEntries},
		{"exit codes", waitExitEntries},
		{"formats", formatEntries},
	},
	takesProgram: true,
	complete:     portWords,
	run:          runWait,
}

func goalEntries() []entry {
	return []entry{
		{"3000, :3000", "a port of this machine, at 127.0.0.1 or ::1"},
		{"53/udp, udp/53", "a UDP port of this machine"},
		{"10.0.0.5:5432", "a port at an address; IPv6 as [::1]:3000"},
		{"db:5432", "a port of a machine that has a name"},
		{"http://db/health", "a URL, with https too; of other schemes the port, such as postgres://db"},
		{"unix:web.sock, ./web.sock", "a Unix socket; a path that begins with / needs no unix:"},
		{"closed:TARGET", "that nothing answers at a port or a Unix socket"},
		{"free:TARGET", "that a port of this machine can be bound"},
	}
}

func waitExitEntries() []entry {
	return []entry{
		{"0", "ready; with a program, its own exit code"},
		{"1", "waiting has become pointless"},
		{"124", "the time was over before"},
	}
}

func runWait(ctx context.Context, env Env, c call) error {
	in, err := waitIn(c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		result, err := op.Wait.On(ctx, place, in)
		if err != nil {
			return err
		}
		if err := tellOfWait(env, result, f, o); err != nil {
			return err
		}
		switch result.Outcome {
		case limen.OutcomeTimeout:
			return errTimedOut
		case limen.OutcomePointless:
			return errPointless
		}
		if c.rest == nil || result.Outcome != limen.OutcomeReady {
			return nil
		}
		return then(ctx, env, c.rest)
	})
}

// tellOfWait says how waiting ended: to people beside the answer, which is the
// program's that runs afterwards.
func tellOfWait(env Env, result limen.Waited, f view.Format, o view.Options) error {
	if f.Name == view.Table.Name {
		if err := view.Waited(env.Err, result, f, o); err != nil {
			return err
		}
	} else if err := view.Waited(env.Out, result, f, o); err != nil || f.TellsGaps {
		return err
	}
	return view.Gaps(env.Err, result.Gaps)
}

// usualTimeout is long enough for what is slow to start, and short enough to
// find out that it never will.
const usualTimeout = time.Minute

// waitIn reads what to wait for.
func waitIn(c call) (in op.WaitIn, err error) {
	if len(c.args) == 0 {
		return in, invalid("cannot wait")("nothing is named to wait for", "limen wait 3000")
	}
	if c.rest != nil && len(c.rest) == 0 {
		return in, invalid("cannot run a program afterwards")("-- is followed by none", "limen wait 3000 -- npm test")
	}
	expect, err := expectation(c)
	if err != nil {
		return in, err
	}
	urls := 0
	for _, word := range c.args {
		g, err := parseGoal(word)
		if err != nil {
			return in, invalid("cannot wait for %q", withoutPassword(word))(err.Error(), "limen wait 3000; limen wait --help lists what can be waited for")
		}
		if g.URL != "" {
			g.Expect = expect
			urls++
		}
		in.Goals = append(in.Goals, g)
	}
	if expect != nil && urls == 0 {
		return in, invalid("cannot wait for what a URL answers")("no URL is named", "limen wait http://localhost:3000/ --status 200")
	}
	in.Any, in.Timeout = c.has("any"), usualTimeout
	if c.has("timeout") {
		typed := c.values["timeout"]
		if in.Timeout, err = time.ParseDuration(typed); err != nil || in.Timeout < 0 {
			return in, invalid("cannot wait for the time %q", typed)("it is not a time such as 30s", "--timeout 30s; 0 is without end")
		}
	}
	if c.has("pid") {
		typed := c.values["pid"]
		if in.PID, err = strconv.Atoi(typed); err != nil || in.PID < 1 || in.PID > 1<<31-1 {
			return in, invalid("cannot follow the process %q", typed)("it is not the number of a process", "limen wait 3000 --pid 4242")
		}
	}
	return in, nil
}

// expectation reads what URLs must answer; nil if nothing is said of it.
func expectation(c call) (*limen.Expect, error) {
	var e limen.Expect
	e.Body, e.Insecure = c.values["body"], c.has("insecure")
	e.Path, e.Value, _ = strings.Cut(c.values["value"], "=")
	if c.has("status") {
		typed := c.values["status"]
		from, to, isRange := strings.Cut(typed, "-")
		if !isRange {
			to = from
		}
		var err, err2 error
		e.From, err = strconv.Atoi(from)
		e.To, err2 = strconv.Atoi(to)
		// Three digits (RFC 9110, section 15).
		if err != nil || err2 != nil || e.From < 100 || e.To > 999 || e.To < e.From {
			return nil, invalid("cannot wait for the status %q", typed)("a status is a number of three digits", fmt.Sprintf("limen wait %s --status 200-299", "http://localhost:3000/"))
		}
	}
	for _, name := range []string{"body", "value"} {
		if c.has(name) && c.values[name] == "" {
			return nil, invalid("cannot wait for an empty --%s", name)("any answer has it", "leave it out")
		}
	}
	if e == (limen.Expect{}) {
		return nil, nil
	}
	return &e, nil
}
