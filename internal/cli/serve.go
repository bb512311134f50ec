package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var serve = command{
	name:  "serve",
	args:  "[DIR]",
	short: "a folder as a website, never stale, for this machine",
	long: "Serves the current folder, or DIR, at http://localhost:8008 and at a name of its own, http://FOLDER.localhost:8008, so that " +
		"cookies, storage and service workers of one project never touch another's. If the port is taken, limen says who has it " +
		"and takes the next free one. Every port answers HTTP and HTTPS: the first byte tells which it is.\n\n" +
		"Browsers ask each time whether a file is still the same, so they never show an old one. /about is about.html, a folder is its " +
		"index.html or a list of what is in it, and what is not there is answered with 404.html or with what may have been meant. " +
		"Files that were compressed beforehand (.br, .zst, .gz) are sent so, unless they are older than the file.\n\n" +
		"Served is what lies in the folder and nothing else: no dotfiles but .well-known, no links that leave it, no pipes and devices. " +
		"Requests for another host are refused, and so are reads by pages of other sites. Each request is a line on standard output.",
	examples: []entry{
		{"limen serve", "the current folder, until Ctrl-C"},
		{"limen serve dist --spa", "an application that has its own addresses"},
		{"limen serve --port 3000", "at this port and no other"},
		{"limen serve --https", "also at https://localhost:8443"},
		{"limen serve --lan", "to the devices of the network, by a link or its QR code"},
		{"limen serve --proxy /api=3000 --record session.har", "with an API beside it, kept for a day without it"},
		{"limen serve --json | jq .request.path", "for scripts: one object a line"},
	},
	flags: []flag{
		{name: "port", short: "p", value: "PORT", doc: "this port and no other; without it 8008, or the next that is free"},
		{name: "https", doc: "also at port 8443, or the next that is free"},
		{name: "host", value: "NAME,...", doc: "names to answer for, beside localhost and the addresses of this machine"},
		{name: "lan", doc: "serve other devices of the network, too: those that come by the link that is printed"},
		{name: "open", doc: "with --lan: also those that come without it"},
		{name: "drop", value: "DIR", doc: "take one file into DIR by a link of its own, good for an hour"},
		{name: "spa", doc: "answer with index.html where a page is asked for that is not there; never for scripts, styles and images"},
		{name: "cache", value: "MODE", doc: "how long browsers keep files; check unless said otherwise, see cache modes", words: cacheWords},
		{name: "reload", value: "WHEN", doc: "auto, always or never reload pages when their files change; auto means when started at a terminal", words: colorWords},
		{name: "proxy", value: "PATH=TARGET,...", doc: "answer a path and all below it from another server, WebSockets too: /api=3000; a target with a path has that in its place"},
		{name: "mock", value: "PATH", doc: "answer from a folder of files such as api/users/GET.json, or from a file of rules; see docs/serve.md"},
		{name: "record", value: "FILE", doc: "write what mocks and other servers answer to an HTTP Archive, without secrets"},
		{name: "replay", value: "FILE", doc: "answer from an HTTP Archive, and say what is not in it"},
		{name: "cors", value: "ORIGIN,...", doc: "let pages of these origins read, too: http://localhost:3000, or 3000 for short"},
		{name: "auth", value: "FILE", doc: "ask for the USER:PASSWORD in FILE, or in a variable: env:NAME"},
		{name: "throttle", value: "PACE,...", doc: "as slow as slow-3g, 3g, fast-3g, 4g, lte, or 100kB@300ms; one device alone: 192.168.1.20=3g"},
		{name: "quiet", short: "q", doc: "write no line for each request"},
		{name: "json", doc: "where it is served, each request and each notice as an object on a line of its own"},
		{name: "color", value: "WHEN", doc: "auto, always or never; auto means on a terminal, unless NO_COLOR is set", words: colorWords},
	},
	lists: []glossary{{"cache modes", cacheEntries}},
	run:   runServe,
}

func cacheEntries() []entry {
	return []entry{
		{"check", "browsers ask each time, and are told when a file is the same"},
		{"never", "browsers keep nothing"},
		{"hashed", "a year where the name has a hash, as app-3f9a1c20.js has; all others as with check"},
	}
}

func cacheWords() (words []string) {
	for _, e := range cacheEntries() {
		words = append(words, e.word)
	}
	return words
}

func runServe(ctx context.Context, env Env, c call) error {
	in, err := serveIn(env, c)
	if err != nil {
		return err
	}
	_, o, err := c.output(env)
	if err != nil {
		return err
	}
	o.Zone = env.Now().Location()
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	ctx, leave := whileRead(ctx, env.Out, glance)
	defer leave()
	for item, err := range op.Serve.On(ctx, place, in) {
		if err != nil {
			return endOfWatch(ctx, err, nil)
		}
		if c.has("json") {
			err = view.ServedJSON(env.Out, item)
		} else {
			err = view.Served(env.Out, env.Err, item, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// serveIn reads what to serve, and how.
func serveIn(env Env, c call) (in op.ServeIn, err error) {
	if len(c.args) > 1 {
		return in, invalid("cannot serve %q", c.args[1])("one folder is served at a time", fmt.Sprintf("limen serve %s", c.args[0]))
	}
	dir := "."
	if len(c.args) == 1 {
		dir = c.args[0]
	}
	if in.Directory, err = filepath.Abs(dir); err != nil { // the place may work in another directory
		return in, err
	}
	if c.has("port") {
		if in.Port, err = limen.ParsePort(strings.TrimPrefix(c.values["port"], ":")); err != nil {
			return in, invalid("cannot serve at port %q", c.values["port"])(err.Error(), "leave it out for 8008")
		}
	}
	for host := range strings.SplitSeq(c.values["host"], ",") {
		if host != "" {
			in.Hosts = append(in.Hosts, strings.TrimSpace(host))
		}
	}
	in.HTTPS, in.SPA, in.Quiet = c.has("https"), c.has("spa"), c.has("quiet")
	in.Cache = c.values["cache"]
	in.LAN, in.Open = c.has("lan"), c.has("open")
	if in.Open && !in.LAN {
		return in, invalid("cannot serve --open")("only this machine is served, which needs no link", "limen serve --lan --open")
	}
	if c.has("drop") {
		if in.Drop, err = filepath.Abs(c.values["drop"]); err != nil {
			return in, err
		}
	}
	if err = besideIn(&in, c); err != nil {
		return in, err
	}
	when := cmp.Or(c.values["reload"], "auto")
	if !slices.Contains(colorWords(), when) {
		return in, invalid("cannot reload %q", when)(fmt.Sprintf("use %s", strings.Join(colorWords(), ", ")), "--reload auto is the usual one")
	}
	in.Reload = when == "always" || when == "auto" && env.Width() > 0
	return in, nil
}
