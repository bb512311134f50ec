package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var tapExport = command{
	name:  "tap export",
	args:  "FILE.har [ID]...",
	short: "recorded requests as an HTTP Archive",
	long: "Writes recorded requests with their answers into a new HTTP Archive, which the network panel of every browser opens, and limen serve --replay answers from. " +
		"Without an ID it is all of them, as flags narrow them. Logins, cookies and tokens are left out, until --secrets. The file is whole or not there.",
	examples: []entry{
		{"limen tap export session.har", "all that is kept"},
		{"limen tap export failed.har --status 5xx --name shop", "what failed of shop.localhost"},
		{"limen tap export two.har 17 18", "two requests"},
		{"limen tap export - 17 | jq .log.entries[0].timings", "to standard output"},
	},
	flags: slices.Concat(tapFilterFlags, []flag{
		{name: "name", value: "NAME,...", doc: "only requests of these names, and what went to these ports"},
		{name: "last", short: "n", value: "N", doc: "so many at most; all that are kept if not said"},
		{name: "secrets", doc: "with logins, cookies and tokens"},
		{name: "force", doc: "take the place of a file that is there"},
	}),
	complete: tapIDs,
	run:      runTapExport,
}

func runTapExport(ctx context.Context, env Env, c call) error {
	if len(c.args) == 0 {
		return invalid("cannot export")("no file is named", "limen tap export session.har")
	}
	file, ids := c.args[0], c.args[1:]
	if file != "-" && filepath.Ext(file) != ".har" {
		return invalid("cannot export to %q", file)("its name does not end in .har, by which browsers and limen know an archive", "limen tap export session.har")
	}
	in, err := tapsIn(call{args: words(c.values["name"]), values: c.values})
	if err != nil {
		return err
	}
	if !c.has("last") {
		in.Most = mostTaps
	}
	return c.ask(ctx, env, func(place op.Place, _ view.Format, _ view.Options) error {
		e := export{place: place, secrets: c.has("secrets"), ids: ids}
		if len(ids) == 0 {
			kept, err := op.Taps.On(ctx, place, in)
			if err != nil {
				return err
			}
			e.gaps = kept.Gaps
			for _, x := range kept.Exchanges {
				e.ids = append(e.ids, x.ID)
			}
			e.maySkip = true
		}
		if len(e.ids) == 0 {
			return &limen.Error{Kind: limen.NotFound, What: "cannot export", Why: "no such request is recorded", Next: "limen tap records what goes through"}
		}
		if err := e.write(ctx, env, file, c.has("force")); err != nil {
			return err
		}
		return view.Gaps(env.Err, e.gaps)
	})
}

// An export writes requests one after another, so that only one is in memory.
type export struct {
	place   op.Place
	ids     []string
	secrets bool
	maySkip bool // what has lost its place meanwhile was not asked for by its ID

	count int
	size  int64 // of bodies and messages so far
	left  int   // requests without theirs
	gaps  []limen.Gap
}

// mostArchived is how much of bodies and messages an archive has, in bytes. What was
// compressed on its way may be a thousand times as large in it.
const mostArchived = 1 << 30

// write writes an archive to a file that is new, unless it may be replaced.
func (e *export) write(ctx context.Context, env Env, file string, replace bool) error {
	if file == "-" {
		return e.fill(ctx, env.Out)
	}
	if !replace {
		// Whoever comes first has the name; what is written then takes its place.
		f, err := newFile(file, "name another one, or have it replaced with --force")
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := e.replace(ctx, file); err != nil {
		if !replace {
			err = errors.Join(err, os.Remove(file))
		}
		return err
	}
	_, err := fmt.Fprintf(env.Err, "%s written to %s\n", view.Counted(e.count, "request"), view.Safe(file))
	return err
}

// replace puts a whole archive in the place of a file.
func (e *export) replace(ctx context.Context, file string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".limen-*.har") // with mode 0600
	if err != nil {
		return err
	}
	if err = errors.Join(e.fill(ctx, f), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func (e *export) fill(ctx context.Context, w io.Writer) error {
	a := view.NewArchive(w)
	for _, id := range e.ids {
		r, err := recall(ctx, e.place, id, e.secrets)
		if e.maySkip && errors.Is(err, limen.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := a.Add(e.bound(r)); err != nil {
			return err
		}
		e.count++
	}
	if e.left > 0 {
		e.gaps = append(e.gaps, limen.Gap{
			What: "the bodies of " + view.Counted(e.left, "request"), Why: fmt.Sprintf("there is more than %d MiB of them", mostArchived>>20), Next: "export fewer: name them, or use filters",
		})
	}
	return a.Close()
}

// bound is a request without the bodies and messages for which there is no room any
// more.
func (e *export) bound(r limen.Recording) limen.Recording {
	size := r.Kept()
	if e.size += size; e.size <= mostArchived || size == 0 {
		return r
	}
	e.left++
	return r.Bare()
}
