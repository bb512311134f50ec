package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var ps = command{
	name:  "ps",
	args:  "[NAME]...",
	short: "the programs that limen runs, and where they answer",
	long: "Lists what limen run and limen up have started and still look after: how far each has come, where it answers, " +
		"and of which project it is.",
	examples: []entry{
		{"limen ps", "all of yours"},
		{"limen ps --here", "those of the project in this directory"},
		{"limen ps --json", "for scripts, with every port of each"},
	},
	flags: slices.Concat([]flag{{name: "here", doc: "only those of the project in this directory"}}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		in := op.AppsIn{Names: c.args}
		if c.has("here") {
			var err error
			if in.Directory, err = workingDirectory("look for programs"); err != nil {
				return err
			}
		}
		return c.tellApps(ctx, env, op.Apps, in)
	},
}

var restart = command{
	name:  "restart",
	args:  "NAME...",
	short: "end programs that limen runs, and start them again",
	long: "Ends apps of the project in this directory, and starts them again at once. One that waits to be started again " +
		"after a crash is started now. Who has a socket handed over loses no connection: it waits until the new one takes it.",
	examples: []entry{
		{"limen restart api", "one service of limen up"},
		{"limen restart shop", "what limen run has started"},
	},
	flags: outputFlags,
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) == 0 {
			return invalid("cannot restart anything")("no app is named", "limen ps lists them")
		}
		return c.tellHere(ctx, env, op.Restart)
	},
}

var down = command{
	name:  "down",
	args:  "[NAME]...",
	short: "end programs that limen runs",
	long: "Ends apps of the project in this directory, all of them if none is named, in reverse order: first those that " +
		"depend on others. It returns when they have ended.",
	examples: []entry{
		{"limen down", "everything of this project"},
		{"limen down api", "one service; the others go on"},
	},
	flags: outputFlags,
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		return c.tellHere(ctx, env, op.Down)
	},
}

// hasFailed reports whether an app does not do what it was started for.
func hasFailed(a limen.App) bool {
	return a.State == limen.AppFailed || a.State == limen.AppLooping
}

// tellHere does something about the apps of the project here.
func (c call) tellHere(ctx context.Context, env Env, verb op.Op[op.AppsIn, limen.Apps]) error {
	dir, err := workingDirectory(verb.Name + " anything")
	if err != nil {
		return err
	}
	return c.tellApps(ctx, env, verb, op.AppsIn{Directory: dir, Names: c.args})
}

// tellApps asks about apps, and says what they are then.
func (c call) tellApps(ctx context.Context, env Env, verb op.Op[op.AppsIn, limen.Apps], in op.AppsIn) error {
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		apps, err := verb.On(ctx, place, in)
		if err != nil {
			return err
		}
		if err := view.Apps(env.Out, apps, env.Now(), f, o); err != nil {
			return err
		}
		if !f.TellsGaps {
			if err := view.Gaps(env.Err, apps.Gaps); err != nil {
				return err
			}
		}
		if verb.Name == op.Restart.Name && slices.ContainsFunc(apps.Apps, hasFailed) {
			return ending{1}
		}
		return nil
	})
}
