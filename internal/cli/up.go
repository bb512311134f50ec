package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var up = command{
	name:  "up",
	args:  "[SERVICE]...",
	short: "start what a project consists of, and keep it running",
	long: "Starts the services that limen.toml names, or a Procfile, each when those it depends on are ready. Each has a " +
		"port of its own, as PORT, and the others' addresses, as API_URL, API_HOST and API_PORT for a service api. One that " +
		"fails is started again, ever more rarely; one that crashes in a loop is said to.\n\n" +
		"What they print is shown line by line behind their names, and kept for limen logs. Ctrl-C stops all in reverse " +
		"order, a second one at once. With -d they go on in the background, until limen down.",
	examples: []entry{
		{"limen up", "everything that limen.toml or the Procfile names"},
		{"limen up api", "one service, and what it depends on"},
		{"limen up -d", "in the background; limen ps, limen logs -f and limen down are for later"},
		{"limen up --script dev,worker", "scripts of package.json, without any other file"},
	},
	flags: slices.Concat([]flag{
		{name: "detach", short: "d", doc: "in the background, once all are ready"},
		{name: "file", short: "f", value: "FILE", doc: "a limen.toml or Procfile of another name or place"},
		{name: "script", value: "NAMES", doc: "scripts of package.json instead, with commas between them"},
		{name: "grace", value: "TIME", doc: "how long each may take to end; 5s if not said"},
		{name: "no-name", doc: "start no daemon that would give them names"},
	}, feedFlags),
	lists: []glossary{{"formats", feedFormatEntries}},
	run:   runUp,
}

func runUp(ctx context.Context, env Env, c call) error {
	in, err := upIn(c)
	if err != nil {
		return err
	}
	if c.has("detach") {
		return upBehind(ctx, env, c, in)
	}
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	env, leave := comeForward(env)
	defer leave()
	place, done, err := placeWithNames(ctx, env, c)
	if err != nil {
		return err
	}
	defer done()
	log := view.Log{Out: env.Out, Format: f, Options: o, Names: in.Apps}
	codes, worst := map[string]int{}, 0
	for e, err := range op.Up.On(ctx, place, in) {
		if err != nil {
			return err
		}
		log.Know(e.App)
		switch {
		case e.Change == limen.AppFinished:
			codes[e.App] = e.Code
		case e.State == limen.AppFailed:
			worst = max(worst, codes[e.App], 1)
		}
		if e.Line != nil && !f.TellsGaps {
			err = log.Write(*e.Line)
		} else if f.TellsGaps {
			err = view.AppEvent(env.Out, e, view.NDJSON, o)
		} else {
			_ = view.AppEvent(env.Err, e, view.Table, o) // nobody is listening, and that ends nothing
		}
		if err != nil {
			return err
		}
	}
	if worst > 0 {
		return ending{worst}
	}
	return ctx.Err() // whoever waits for it knows that it was stopped
}

// upIn reads what to start.
func upIn(c call) (in op.UpIn, err error) {
	in = op.UpIn{File: c.values["file"], Apps: c.args}
	if c.has("script") {
		in.Scripts = strings.FieldsFunc(c.values["script"], func(r rune) bool { return r == ',' })
		if len(in.Scripts) == 0 {
			return in, invalid("cannot start scripts")("none is named", "limen up --script dev,worker")
		}
		if c.has("file") {
			return in, invalid("cannot start both scripts and a file")("each says what the project consists of", "give one of --script and --file")
		}
	}
	if in.Grace, err = graceOf(c); err != nil {
		return in, err
	}
	in.Directory, err = workingDirectory("start anything")
	return in, err
}

// workingDirectory is where limen was asked.
func workingDirectory(what string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot %s here", what),
			Why: "the working directory is not there any more", Next: "go to a directory that is",
		}
	}
	return dir, nil
}
