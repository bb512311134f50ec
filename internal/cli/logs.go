package cli

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var logs = command{
	name:  "logs",
	args:  "[NAME]...",
	short: "what the programs of limen up have printed",
	long: "Shows the last lines of the apps of the project in this directory, also of those that have ended, in the order " +
		"of time. What is kept is bounded: the last 8 MiB of each; where the project's directory is gone, until 30 days after the last line.",
	examples: []entry{
		{"limen logs", "the last hundred lines of each"},
		{"limen logs -f api", "one of them, and what comes"},
		{"limen logs --since 10m --json", "the last ten minutes, with streams and levels"},
	},
	flags: slices.Concat([]flag{
		{name: "follow", short: "f", doc: "go on with what comes, until Ctrl-C"},
		{name: "last", short: "n", value: "N", doc: "so many lines of each; 100 if not said, and 0 for all that is kept"},
		{name: "since", value: "TIME", doc: "only those of the last while, as 90s, 10m or 2h"},
	}, feedFlags),
	lists: []glossary{{"formats", feedFormatEntries}},
	run:   runLogs,
}

func runLogs(ctx context.Context, env Env, c call) error {
	in := op.LogsIn{AppsIn: op.AppsIn{Names: c.args}, Follow: c.has("follow"), Last: 100}
	var err error
	if c.has("last") {
		if in.Last, err = strconv.Atoi(c.values["last"]); err != nil || in.Last < 0 {
			return invalid("cannot show the last %q lines", c.values["last"])("that is not a number from 0 on", "limen logs --last 20")
		}
	}
	if c.has("since") {
		since, err := time.ParseDuration(c.values["since"])
		if err != nil || since <= 0 {
			return invalid("cannot show what was printed since %q", c.values["since"])("that is no time; write it as 90s, 10m or 2h", "limen logs --since 10m")
		}
		in.Since = env.Now().Add(-since)
		if !c.has("last") {
			in.Last = 0
		}
	}
	if in.Directory, err = workingDirectory("look for lines"); err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		log := view.Log{Out: env.Out, Format: f, Options: o, Names: c.args}
		ctx, leave := whileRead(ctx, env.Out, glance)
		defer leave()
		for line, err := range op.Logs.On(ctx, place, in) {
			if err != nil {
				return err
			}
			if err := log.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
}
