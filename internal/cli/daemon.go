package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/daemon"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var daemonStatus = command{
	name:  "daemon",
	args:  "[status]",
	short: "the limen that keeps running, and how it is",
	long: "Says whether the daemon runs, since when, where it answers for names, and why not at 443 where that is so, with the one command " +
		"that would change it. The daemon is one per user; whatever answers for names starts it, and says so. Every other command asks it, " +
		"too, where it sees the same machine, and works without it, with the variable LIMEN_DAEMON=off always.",
	examples: []entry{
		{"limen daemon", "how it is; exits with 3 if none runs"},
		{"limen daemon start", "start it, or replace one of another version"},
		{"limen daemon stop", "end it"},
		{"limen daemon install", "start it at each login"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 1 || len(c.args) == 1 && c.args[0] != "status" {
			return invalid("cannot have the daemon %q", c.args[0])("limen daemon knows status, run, start, stop and install", "limen daemon")
		}
		return c.stand(ctx, env, daemon.Status, func(s limen.Standing) error {
			if s.Process == nil {
				return ending{exitCode(limen.NotFound)} // it was said
			}
			return nil
		})
	},
}

var daemonRun = command{
	name:  "daemon run",
	short: "be the daemon, in the foreground",
	long: "Answers for names, and whatever the other limens of this user ask, until Ctrl-C. It is what limen daemon start runs in the " +
		"background, and services at login. Sockets that systemd hands over are taken as doors (sd_listen_fds(3)).",
	examples: []entry{
		{"limen daemon run", "one line when it answers"},
		{"limen daemon run --no-names", "only questions: no port is opened, and nothing is named"},
	},
	flags: slices.Concat([]flag{{name: "no-names", doc: "open no port, name nothing, and answer questions alone"}}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if err := c.refuseWords("run"); err != nil {
			return err
		}
		f, o, err := c.output(env)
		if err != nil {
			return err
		}
		ready := func(s limen.Standing) error {
			if f.Name != view.Table.Name {
				return view.Standing(env.Out, s, f, o)
			}
			_, err := fmt.Fprintf(env.Out, "limen: the daemon answers (pid %d)%s\n", s.Process.PID, places(s))
			return err
		}
		err = daemon.Run(ctx, env.config(), daemon.Terms{Nameless: c.has("no-names"), Ready: ready})
		if errors.Is(err, daemon.ErrTold) {
			return ending{exitCode(err)} // and the log is for what nobody was told
		}
		return err
	},
}

// places says at which ports names are answered.
func places(s limen.Standing) (text string) {
	var ports []uint16
	for _, d := range s.Doors {
		if p := d.Endpoint.Port(); !slices.Contains(ports, p) {
			ports = append(ports, p)
			text += fmt.Sprintf(" %d", p)
		}
	}
	if text != "" {
		text = ", for names at" + text
	}
	return text
}

var daemonStart = command{
	name:  "daemon start",
	short: "start the daemon in the background",
	long: "Returns when the daemon answers. One that runs already stays, unless it is another limen than this one, has read other settings, or could " +
		"have its usual ports by now: then this one takes its place, with every open port, and no connection is dropped. What the old one still carries " +
		"it carries to its end. Exits with 5 where it answers for names at a port that nobody asked for, because 8443 or 8008 is taken, too.",
	examples: []entry{{"limen daemon start", "also after an update of limen"}},
	flags:    slices.Concat([]flag{{name: "no-names", doc: "open no port, name nothing, and answer questions alone"}}, outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if err := c.refuseWords("start"); err != nil {
			return err
		}
		return c.stand(ctx, env, func(ctx context.Context, dc daemon.Config) (limen.Standing, error) {
			return daemon.Start(ctx, dc, daemon.Terms{Nameless: c.has("no-names")})
		}, func(s limen.Standing) error {
			if slices.ContainsFunc(s.Doors, func(d limen.Door) bool { return d.Stray }) {
				return ending{exitCode(limen.Busy)} // nobody asked for that port; who has the others was said
			}
			return nil
		})
	},
}

var daemonStop = command{
	name:     "daemon stop",
	short:    "end the daemon",
	long:     "Returns when the daemon has ended. Requests that are under way get ten seconds; one that answers nothing is killed after those. Names are kept for its next start.",
	examples: []entry{{"limen daemon stop", "names are answered no longer"}},
	flags:    slices.Clone(outputFlags),
	lists:    []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if err := c.refuseWords("stop"); err != nil {
			return err
		}
		return c.stand(ctx, env, daemon.Stop, nil)
	},
}

var daemonInstall = command{
	name:  "daemon install",
	short: "have the system start the daemon at each login",
	long: "Writes a unit for the systemd of this user, an agent for launchd, or a task for the scheduler of Windows, and says which. " +
		"Nothing is done that needs a password, and nothing is started.",
	examples: []entry{
		{"limen daemon install", "from the next login on"},
		{"limen daemon install --remove", "undo that"},
	},
	flags: slices.Concat([]flag{{name: "remove", doc: "undo it"}}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if err := c.refuseWords("install"); err != nil {
			return err
		}
		if c.has("remove") {
			return c.stand(ctx, env, daemon.Uninstall, nil)
		}
		return c.stand(ctx, env, daemon.Install, nil)
	},
}

// refuseWords says that there is one daemon.
func (c call) refuseWords(verb string) error {
	if len(c.args) == 0 {
		return nil
	}
	return invalid("cannot %s the daemon %q", verb, c.args[0])("there is one for each user, and it has no name", "limen daemon "+verb)
}

// stand does something about the daemon, and says how it is then. Exit says what
// the exit code is; nil means that of success.
func (c call) stand(ctx context.Context, env Env, do func(context.Context, daemon.Config) (limen.Standing, error), exit func(limen.Standing) error) error {
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	s, err := do(ctx, env.config())
	if err != nil {
		return err
	}
	if err := view.Standing(env.Out, s, f, o); err != nil {
		return err
	}
	if !f.TellsGaps {
		if err := view.Gaps(env.Err, s.Gaps); err != nil {
			return err
		}
	}
	if exit != nil {
		return exit(s)
	}
	return nil
}

// config is for whom this command line carries out verbs.
func (e Env) config() daemon.Config {
	c := daemon.Config{Getenv: e.Getenv, Tell: func(n limen.Notice) {
		e.mention(&limen.Error{What: n.What, Why: n.Why, Next: n.Next})
	}}
	c.Host.Now = e.Now
	if e.front != nil {
		c.Host.Front = *e.front
	}
	return c
}

// ensure is Place for what only the daemon can do: it is started if none runs.
func (e Env) ensure(ctx context.Context) (p op.Place, done func() error, err error) {
	if e.front == nil { // verbs are carried out elsewhere, as in tests
		return e.Place(ctx, "")
	}
	p, done, come, err := daemon.Ensure(ctx, e.config())
	switch {
	case come == nil:
	case come.Instead != "":
		fmt.Fprintf(e.Err, "limen: replaced its daemon (now pid %d), because %s; no connection was dropped\n", come.PID, view.Safe(come.Instead))
	default:
		fmt.Fprintf(e.Err, "limen: started its daemon (pid %d), which answers for names; limen daemon stop ends it\n", come.PID)
	}
	return p, done, err
}
