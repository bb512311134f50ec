package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var run = command{
	name:  "run",
	args:  "CMD [ARG]...",
	short: "start a program, give it a port, and say where it answers",
	long: "Picks the port that is kept for this project and tells it to the program, as PORT and HOST and in the way of " +
		"its framework. That is only a hint: which port its processes open is looked at, and said as soon as one answers.\n\n" +
		"A wanted port that is taken is named with its holder. On a terminal limen asks whether to use another, to free it, or " +
		"to stay with the server that already runs for this project; without one it takes another, and says so.\n\n" +
		"With the daemon running, which limen starts at a terminal, the program also answers at a name, such as https://shop.localhost.\n\n" +
		"Everything that the program starts ends with it, however limen ends. Its exit code is limen's; 127 if there is no " +
		"such program, and 126 if it cannot be run.",
	examples: []entry{
		{"limen run npm run dev", "with the port of this project"},
		{"limen run --port 4000 python3 manage.py runserver", "with this one, if it is free"},
		{"limen run --name api -- go run ./cmd/api", "a second program of this project, with a port of its own"},
		{"limen run --socket ./server", "limen listens, and hands the socket over: a restart drops no connection"},
		{"limen run --json npm run dev", "for scripts: what happens and what it prints, an object a line"},
	},
	flags: []flag{
		{name: "port", short: "p", value: "PORT", doc: "the port it shall have"},
		{name: "name", value: "NAME", doc: "what the app is called; the project's name if not said"},
		{name: "host", value: "ADDRESS", doc: "the address it is told; 127.0.0.1 if not said"},
		{name: "socket", doc: "open the port and hand it over as systemd does (LISTEN_FDS)"},
		{name: "no-name", doc: "start no daemon that would give it a name"},
		{name: "no-hint", doc: "change neither its arguments nor its environment, only look"},
		{name: "grace", value: "TIME", doc: "how long it may take to end; 5s if not said"},
		{name: "json", doc: "what happens and what it prints, as one object a line"},
		{name: "quiet", short: "q", doc: "say nothing but errors"},
	},
	endsAtWord: true,
	run:        runRun,
}

func runRun(ctx context.Context, env Env, c call) error {
	in, err := runIn(c)
	if err != nil {
		return err
	}
	if t := newTalk(env); t != nil && !in.Capture {
		again, err := settle(ctx, env, t, in)
		if err != nil || again == nil {
			return err
		}
		in = *again
	}
	env, leave := comeForward(env)
	defer leave()
	place, done, err := placeWithNames(ctx, env, c)
	if err != nil {
		return err
	}
	defer done()
	return follow(env, c, op.Run.On(ctx, place, in))
}

// placeWithNames is where programs are run, with a daemon that gives them names
// where a person looks on. Without one, whatever runs does so without a name.
func placeWithNames(ctx context.Context, env Env, c call) (op.Place, func() error, error) {
	if env.Width() == 0 || c.has("no-name") || c.has("json") {
		return env.Place(ctx, "")
	}
	p, done, err := env.ensure(ctx)
	if err == nil || ctx.Err() != nil {
		return p, done, err
	}
	env.mention(err)
	return env.Place(ctx, "")
}

// runIn reads what to run.
func runIn(c call) (in op.RunIn, err error) {
	in = op.RunIn{
		Arguments: c.args, Name: c.values["name"], Host: c.values["host"],
		Socket: c.has("socket"), Unhinted: c.has("no-hint"), Capture: c.has("json"),
	}
	if len(in.Arguments) == 0 {
		return in, invalid("cannot run a program")("none is named", "limen run npm run dev")
	}
	if in.Name != "" && !isName(in.Name) {
		return in, invalid("cannot call an app %q", in.Name)("a name is 1 to 64 letters, digits, dots, dashes and underlines, and no number", "limen run --name web npm run dev")
	}
	if c.has("port") {
		if in.Port, err = limen.ParsePort(c.values["port"]); err != nil {
			return in, invalid("cannot give a program the port %q", c.values["port"])(err.Error(), "limen run --port 4000 npm run dev")
		}
	}
	if in.Grace, err = graceOf(c); err != nil {
		return in, err
	}
	if in.Directory, err = os.Getwd(); err != nil {
		return in, &limen.Error{Kind: limen.NotFound, What: "cannot run a program here", Why: "the working directory is not there any more", Next: "go to a directory that is"}
	}
	return in, nil
}

// graceOf reads how long programs may take to end; 0 if nothing is said.
func graceOf(c call) (time.Duration, error) {
	if !c.has("grace") {
		return 0, nil
	}
	grace, err := time.ParseDuration(c.values["grace"])
	if err != nil || grace <= 0 {
		return 0, invalid("cannot wait for %q", c.values["grace"])("that is no time; write it as 500ms, 5s or 1m", "--grace 10s")
	}
	return grace, nil
}

// settle asks what to do about a port that is taken. It returns nil if the
// program is not to be started.
func settle(ctx context.Context, env Env, t *talk, in op.RunIn) (*op.RunIn, error) {
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := op.Launch.On(ctx, place, in)
	if err != nil || l.Wanted == 0 {
		return &in, err
	}
	choices := "[f]ree it, [q]uit"
	if !l.Named {
		choices = fmt.Sprintf("[u]se %d, ", l.Port) + choices
	}
	if l.Running != "" {
		choices = fmt.Sprintf("[a]ttach to it at %s, ", l.Running) + choices
	}
	for {
		word, err := t.ask(ctx, fmt.Sprintf("port %d is taken: %s\n%s? ", l.Wanted, view.Safe(l.Cause), view.Safe(choices)))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, &limen.Error{Kind: limen.Busy, What: fmt.Sprintf("cannot give %s port %d", l.App, l.Wanted), Why: l.Cause, Next: fmt.Sprintf("limen why %d", l.Wanted)}
		case word == "u" && !l.Named:
			in.Port = l.Port
			return &in, nil
		case word == "f":
			ins, err := agree(ctx, env, place, t, []op.FreeIn{{Port: l.Wanted, Transport: limen.TCP, Asker: os.Getpid()}})
			if err != nil {
				return nil, err
			}
			freed, err := op.Free.On(ctx, place, ins[0])
			if err == nil {
				err = failure([]limen.Freed{freed})
			}
			if !l.Named {
				in.Port = l.Wanted
			}
			return &in, err
		case word == "a" && l.Running != "":
			return nil, attach(ctx, env, place, l)
		case word == "q":
			return nil, ending{exitCode(limen.Busy)}
		}
	}
}

// attach stays with a server that runs already, until it is gone or whoever
// asked has enough. It is not stopped.
func attach(ctx context.Context, env Env, place op.Place, l limen.Launch) error {
	fmt.Fprintf(env.Err, "limen: %s answers at http://%s already; Ctrl-C leaves it running\n", view.Safe(l.App), l.Running) // where it cannot be written, nobody is listening
	_, err := op.Wait.On(ctx, place, op.WaitIn{Goals: []limen.Goal{{State: limen.GoalClosed, Port: l.Wanted}}})
	if ctx.Err() != nil {
		return nil
	}
	return err
}
