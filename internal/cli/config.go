package cli

import (
	"context"
	"slices"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var config = command{
	name:  "config",
	short: "what is set, and where",
	long: "Shows every setting with its value and where that comes from. Settings are read from limen/config.toml in your " +
		"configuration directory, then from /etc/limen/config.toml; what the first sets is not looked for in the second. " +
		"A file that somebody else may write to is refused.",
	examples: []entry{
		{"limen config", "all settings"},
		{"limen config --json", "for scripts"},
	},
	flags: slices.Clone(outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		if len(c.args) > 0 {
			return invalid("cannot show the setting %q", c.args[0])("all are shown", "limen config")
		}
		return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			set, err := op.Settings.On(ctx, place, op.SettingsIn{})
			if err != nil {
				return err
			}
			return view.Settings(env.Out, set, f, o)
		})
	},
}
