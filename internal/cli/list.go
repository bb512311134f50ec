package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var list = command{
	name:  "list",
	args:  "[WORD]...",
	short: "what holds the ports of this machine",
	long: "Lists every socket that waits for others: where it waits, how far away a peer can be, " +
		"and who answers for it. Words narrow the list; each is a port, a range, an address, or " +
		"text to search for in names, commands, directories, projects and containers.\n\n" +
		"What could not be seen is said on standard error, with the reason and what helps. " +
		"To a pipe nothing is cut, times are absolute, and there is no colour.",
	examples: []entry{
		{"limen list", "every listener"},
		{"limen list 3000", "who holds port 3000"},
		{"limen list :3000-3010 --user nick", "nick's, in a range of ports"},
		{"limen list --reach network+", "what other machines can reach"},
		{"limen list vite --group project", "everything with vite in it, by project"},
		{"limen list --columns port,pid,command", "chosen columns"},
		{"limen list --json", "everything that is known, for scripts"},
		{"limen list --sources", "how limen sees this machine"},
	},
	flags: slices.Concat(queryFlags, []flag{
		{name: "all", short: "a", doc: "also connections, and sockets that hold a port without listening"},
		{name: "identify", doc: "also what speaks at each listener, found by asking it; without, nothing is touched"},
		{name: "usage", doc: "also processor time and memory"},
		{name: "sources", doc: "instead, in which ways limen sees this machine, and why not in better ones"},
		{name: "sort", value: "COLUMN", doc: "the order of rows; -COLUMN the other way round", words: columnWords},
		{name: "columns", value: "COLUMN,...", doc: "the columns to show, in this order", words: columnWords},
		{name: "group", value: "COLUMN", doc: "put rows under headings: project, keeper, user, reach and others", words: view.GroupNames},
	}, outputFlags),
	lists: []glossary{
		{"columns", columnEntries},
		{"formats", formatEntries},
	},
	complete: portWords,
	run:      runList,
}

func runList(ctx context.Context, env Env, c call) error {
	if c.has("sources") {
		return runSources(ctx, env, c)
	}
	in, err := listIn(c)
	if err != nil {
		return err
	}
	f, o, err := c.output(env)
	if err != nil {
		return err
	}
	if err := shape(c, f, &o); err != nil {
		return err
	}
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	snap, err := op.List.On(ctx, place, in)
	if err != nil {
		return err
	}
	if err := view.Snapshot(env.Out, snap, f, o); err != nil || f.TellsGaps {
		return err
	}
	return view.Remarks(env.Err, snap, in.Query.String())
}

// listIn reads what to list.
func listIn(c call) (in op.ListIn, err error) {
	in.Query, err = c.query("list")
	in.Connections, in.Usage, in.Identify = c.has("all"), c.has("usage"), c.has("identify")
	return in, err
}

// shape reads how a table is to look, and refuses what a format cannot do:
// dropping it in silence would answer another question.
func shape(c call, f view.Format, o *view.Options) error {
	for _, s := range []struct {
		flag string
		can  bool
		next string
	}{
		{"columns", f.TakesColumns, "leave it out: JSON always has everything"},
		{"sort", f.TakesColumns, "leave it out, or use --format table, csv or tsv"},
		{"group", f.TakesGroups, "leave it out, or use --format table"},
	} {
		if c.has(s.flag) && !s.can {
			return invalid("cannot use --%s with %s", s.flag, f.Name)(f.Name+" has no place for it", s.next)
		}
	}
	if c.has("columns") {
		o.Columns = strings.Split(c.values["columns"], ",")
	}
	o.Sort, o.Group = c.values["sort"], c.values["group"]
	for _, name := range o.Columns {
		if _, err := view.FindColumn(name); err != nil {
			return invalid("cannot show the column %q", name)(err.Error(), "join the names with commas, as in --columns port,owner")
		}
	}
	if o.Sort != "" {
		if _, err := view.FindColumn(strings.TrimPrefix(o.Sort, "-")); err != nil {
			return invalid("cannot sort by %q", o.Sort)(err.Error(), "limen list --sort owner")
		}
	}
	if o.Group != "" {
		if _, err := view.FindGroup(o.Group); err != nil {
			return invalid("cannot group by %q", o.Group)(err.Error(), "limen list --group project")
		}
	}
	return nil
}

func columnWords() (names []string) {
	for _, c := range view.Columns {
		names = append(names, c.Name)
	}
	return names
}

func columnEntries() (all []entry) {
	for _, c := range view.Columns {
		all = append(all, entry{c.Name, c.Doc})
	}
	return all
}

// portWords are the ports that something listens on now, for completion. It
// is silent about trouble: a shell has nowhere to show it.
func portWords(ctx context.Context, env Env, _ call) (words []string) {
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return nil
	}
	defer done()
	snap, err := op.List.On(ctx, place, op.ListIn{})
	if err != nil {
		return nil
	}
	for _, l := range snap.Listeners {
		word := fmt.Sprint(l.Endpoint.Port())
		if l.Endpoint.Transport == limen.UDP {
			word += "/udp"
		}
		if len(l.Owners) > 0 {
			word += "\t" + view.Safe(l.Owners[0].Process.Name)
		}
		words = append(words, word)
	}
	slices.Sort(words)
	return slices.Compact(words)
}
