package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

// outputFlags choose how an answer is written. Every command that answers has
// them.
var outputFlags = []flag{
	{name: "json", doc: "the whole answer as JSON; short for --format json"},
	{name: "format", value: "FORMAT", doc: "how to write the answer; see formats", words: formatNames},
	{name: "color", value: "WHEN", doc: "auto, always or never; auto means on a terminal, unless NO_COLOR is set", words: colorWords},
}

// feedFlags are outputFlags where an answer goes on.
var feedFlags = slices.Concat([]flag{{name: "json", doc: "an object for each, on a line of its own; short for --format json"}}, outputFlags[1:])

func formatNames() (names []string) {
	for _, f := range view.Formats {
		names = append(names, f.Name)
	}
	return names
}

func formatEntries() (all []entry) {
	for _, f := range view.Formats {
		all = append(all, entry{f.Name, f.Doc})
	}
	return all
}

// feedFormats are what formats mean where an answer goes on, as far as that is something
// else.
var feedFormats = map[string]string{
	view.JSON.Name:   "one object a line, each as it comes; they only grow",
	view.NDJSON.Name: "the same; limen watch has gaps among them, too",
}

func feedFormatEntries() []entry {
	all := formatEntries()
	for i, e := range all {
		all[i].means = cmp.Or(feedFormats[e.word], e.means)
	}
	return all
}

func colorWords() []string { return []string{"auto", "always", "never"} }

// output returns how a call wants its answer written.
func (c call) output(env Env) (f view.Format, o view.Options, err error) {
	name := cmp.Or(c.values["format"], view.Table.Name)
	if c.has("json") {
		if c.has("format") && name != view.JSON.Name {
			return f, o, invalid("cannot write both json and %s", name)("each is a format of the whole answer", "give one of --json and --format")
		}
		name = view.JSON.Name
	}
	if f, err = view.ParseFormat(name); err != nil {
		return f, o, invalid("cannot write %q", name)(err.Error(), "--format table is the usual one")
	}
	o = view.Options{Width: env.Width(), Home: cmp.Or(env.Getenv("HOME"), env.Getenv("USERPROFILE"))}
	o.Color, err = colored(env, o.Width, cmp.Or(c.values["color"], "auto"))
	return f, o, err
}

// ask reads how the answer of a call is wanted, and lets do ask for it in the
// place where verbs are carried out.
func (c call) ask(ctx context.Context, env Env, do func(place op.Place, f view.Format, o view.Options) error) error {
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	return do(place, f, o)
}

// colored reports whether to write colours. NO_COLOR counts if it is not
// empty (no-color.org). A terminal that does not say what it is gets none:
// every Unix one does, and on Windows the old console, which would show the
// escapes, does not.
func colored(env Env, width int, when string) (bool, error) {
	if !slices.Contains(colorWords(), when) {
		return false, invalid("cannot colour %q", when)(
			fmt.Sprintf("%q is not a time for colour; use %s", when, strings.Join(colorWords(), ", ")), "--color auto is the usual one")
	}
	kind := cmp.Or(env.Getenv("TERM"), env.Getenv("WT_SESSION"))
	isFit := width > 0 && env.Getenv("NO_COLOR") == "" && kind != "" && kind != "dumb"
	return when == "always" || when == "auto" && isFit, nil
}

// invalid begins an error about what was typed; why and next complete it.
func invalid(what string, args ...any) func(why, next string) error {
	return func(why, next string) error {
		return &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf(what, args...), Why: why, Next: next}
	}
}
