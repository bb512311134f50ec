package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var portsUpdate = command{
	name:  "ports update",
	short: "fetch IANA's official list of port numbers",
	long: "Fetches the list over HTTPS, through a proxy if the environment names one (HTTPS_PROXY), and keeps it " +
		"with what may be thrown away. limen ports and limen why use it from then on, and know who asked for a number, " +
		"when, and where to read about it. Nothing else of limen goes out to the internet by itself.\n\n" +
		"The list must be whole, IANA's, and no older than the one in use. Whatever goes wrong, that one stays.\n\n" +
		"To search for the word update: limen ports -- update.",
	examples: []entry{
		{"limen ports update", "from IANA"},
		{"limen ports update --from ports.csv", "from a file that was fetched by other means"},
		{"limen ports update --json", "for scripts: what changed, and since when"},
	},
	flags: slices.Concat([]flag{
		{name: "from", value: "URL", doc: "another place than IANA's: an https URL, or a file"},
		{name: "force", doc: "take the list also if it is older than the one in use"},
	}, outputFlags),
	lists: []glossary{{"formats", formatEntries}},
	run:   runPortsUpdate,
}

func runPortsUpdate(ctx context.Context, env Env, c call) error {
	if len(c.args) > 0 {
		return invalid("cannot renew %q", c.args[0])("the list is fetched whole", "limen ports update; to look up a word: limen ports "+c.args[0])
	}
	in := op.RenewIn{From: c.values["from"], Force: c.has("force")}
	if in.From != "" && !strings.Contains(in.From, "://") {
		var err error
		if in.From, err = filepath.Abs(in.From); err != nil { // the place may work in another directory
			return err
		}
	}
	return c.ask(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
		r, err := op.Renew.On(ctx, place, in)
		if err != nil {
			return err
		}
		return view.Renewal(env.Out, r, f, o)
	})
}
