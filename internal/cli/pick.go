package cli

import (
	"context"
	"os"
	"slices"
	"strconv"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var pick = command{
	name:  "pick",
	short: "pick a free port, and keep it",
	long: "Prints a port that is free: it was bound on every family a moment ago, and no other limen gives it out " +
		"for a minute, so that forty who ask at once get forty ports. With --name it is kept for that name, in this " +
		"project and on this branch, until limen release; the same question gets the same port next time.\n\n" +
		"Ports that are reserved here, that browsers refuse, that go to outgoing connections or that are well known " +
		"for something else are left out. The last two are taken if --range has nothing else.",
	examples: []entry{
		{"PORT=$(limen pick) npm run dev", "a free port for a server"},
		{"limen pick --name api", "the same port each time, in this project and on this branch"},
		{"limen pick --count 3 --consecutive", "three in a row, one a line"},
		{"PORT=$(limen pick --hold)", "nobody gets it in between, whether they ask limen or not"},
		{"limen pick --memorable", "one that people remember, and on standard error why"},
	},
	flags: slices.Concat([]flag{
		{name: "name", value: "NAME", doc: "keep the port for this name, in this project and on this branch"},
		{name: "count", short: "n", value: "N", doc: "how many; 1 if not said"},
		{name: "range", value: "A-B", doc: "from where; 10000-32767 if not said"},
		{name: "consecutive", doc: "ports that follow each other"},
		{name: "memorable", doc: "numbers that people remember first"},
		{name: "hold", doc: "keep it bound, in the background, until a server listens there, at most ten minutes"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runPick,
}

func runPick(ctx context.Context, env Env, c call) error {
	in, err := pickIn(c)
	if err != nil {
		return err
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		picked, err := op.Pick.On(ctx, place, in)
		if err != nil {
			return err
		}
		if c.has("hold") {
			if err := holdBehind(ctx, picked); err != nil {
				return err
			}
		}
		if err := view.Picked(env.Out, picked, f, o); err != nil || f.TellsGaps {
			return err
		}
		if err := view.Notes(env.Err, picked); err != nil {
			return err
		}
		return view.Gaps(env.Err, picked.Gaps)
	})
}

func pickIn(c call) (in op.PickIn, err error) {
	if len(c.args) > 0 {
		return in, invalid("cannot pick %q", c.args[0])("limen chooses the port", "limen pick --range "+c.args[0]+", or limen pick --name "+c.args[0])
	}
	in.Name, in.Consecutive, in.Memorable = c.values["name"], c.has("consecutive"), c.has("memorable")
	if c.has("name") && !isName(in.Name) {
		return in, invalid("cannot keep a port for %q", in.Name)("a name is 1 to 64 letters, digits, dots, dashes and underlines, and no number", "limen pick --name web")
	}
	if c.has("count") {
		if in.Count, err = strconv.Atoi(c.values["count"]); err != nil || in.Count < 1 {
			return in, invalid("cannot pick %q ports", c.values["count"])("that is not a number from 1 on", "limen pick --count 3")
		}
	}
	if c.has("range") {
		if in.Range, err = limen.ParsePortRange(c.values["range"]); err != nil {
			return in, invalid("cannot pick from %q", c.values["range"])(err.Error(), "limen pick --range 8000-8999")
		}
	}
	in.Directory, err = os.Getwd()
	if err != nil && in.Name != "" {
		return in, &limen.Error{
			Kind: limen.NotFound, What: "cannot keep a port for a name of this project",
			Why: "the working directory is not there any more", Next: "go to a directory that is, or pick without --name",
		}
	}
	return in, nil
}

// isName reports whether a lease can have a name: one that no shell and no
// table needs to take care of, and that nobody takes for a port.
func isName(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	if _, err := strconv.Atoi(s); err == nil {
		return false
	}
	return !slices.ContainsFunc([]byte(s), func(b byte) bool {
		return !(b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '.' || b == '-' || b == '_')
	}) && s[0] != '-'
}
