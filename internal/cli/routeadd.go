package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var routeAdd = command{
	name:  "route add",
	args:  "NAME TARGET",
	short: "make a name lead to a port, a URL, a socket or a container",
	long: "Makes a name lead somewhere, until limen route rm. A name without a dot ends in .localhost, which every browser finds on this " +
		"machine by itself. A name that leads elsewhere already is not taken over unless --force says so.",
	examples: []entry{
		{"limen route add shop 3000", "shop.localhost leads to port 3000"},
		{"limen route add shop.localhost/api=3001", "what lies below /api has a server of its own"},
		{"limen route add shop/api 3001 --strip", "and that does not see the /api"},
		{"limen route add '*.shop' 3000", "every name below shop.localhost"},
		{"limen route add shop 3001 --when cookie:tree=feature-x", "only for whoever has this cookie"},
		{"limen route add postgres.shop.localhost 23117 --tcp 5432", "a database, at an address of its own"},
	},
	flags: slices.Concat([]flag{
		{name: "strip", doc: "the target does not see the path of the name"},
		{name: "own-host", doc: "the target is asked for its own host, and not for the name"},
		{name: "when", value: "CONDITION", doc: "only requests with this: cookie:NAME=VALUE or header:NAME=VALUE"},
		{name: "lan", doc: "devices of the network may ask, too, and find the name by mDNS"},
		{name: "tcp", value: "PORT", doc: "carry every TCP connection to this port of the name, at an address of its own"},
		{name: "force", doc: "also if the name leads elsewhere already"},
	}, outputFlags),
	lists: []glossary{{"targets", destinationEntries}, {"formats", formatEntries}},
	run: func(ctx context.Context, env Env, c call) error {
		in, err := routeIn(c)
		if err != nil {
			return err
		}
		return c.askDaemon(ctx, env, func(place op.Place, f view.Format, o view.Options) error {
			r, err := op.Route.On(ctx, place, in)
			if err != nil {
				return err
			}
			return showRoute(env, r, f, o)
		})
	},
}

func destinationEntries() []entry {
	return []entry{
		{"3000", "a port of this machine, whichever loopback address it is at"},
		{"192.168.1.7:3000", "an address or a name, with a port"},
		{"https://localhost:8443/app", "likewise, with how it is spoken to, and what its paths begin with"},
		{"h2c://localhost:50051", "HTTP/2 without TLS, as gRPC has it"},
		{"unix:./app.sock", "a Unix socket"},
		{"container:shop-db-1:5432", "a port of a container, or its only one"},
		{"shop.feature-x.localhost", "wherever another name leads"},
	}
}

// routeIn reads what a call makes lead where. Nothing is done before all of it
// is read.
func routeIn(c call) (in op.RouteIn, err error) {
	name, target, err := routeWords(c.args)
	if err != nil {
		return in, err
	}
	in = op.RouteIn{Name: name, Strip: c.has("strip"), Own: c.has("own-host"), LAN: c.has("lan"), Force: c.has("force")}
	if in.Target, err = routeTarget(name, target); err != nil {
		return in, err
	}
	if in.When, err = condition(c); err != nil {
		return in, err
	}
	if c.has("tcp") {
		if in.Port, err = limen.ParsePort(c.values["tcp"]); err != nil {
			return in, invalid("cannot carry --tcp %q", c.values["tcp"])(err.Error(), "limen route add postgres.shop.localhost 23117 --tcp 5432")
		}
	}
	return in, nil
}

// routeWords are the name and the target of a call, which are two words or one
// with "=" between.
func routeWords(args []string) (name, target string, err error) {
	const next = "limen route add shop 3000"
	switch len(args) {
	case 0:
		return "", "", invalid("cannot add a route")("no name is given", next)
	case 1:
		name, target, ok := strings.Cut(args[0], "=")
		if !ok || name == "" || target == "" {
			return "", "", invalid("cannot add a route for %q", withoutPassword(args[0]))("it is not said where it leads", next)
		}
		return name, target, nil
	case 2:
		return args[0], args[1], nil
	}
	return "", "", invalid("cannot add a route for %q", withoutPassword(args[2]))("one name leads to one target", next)
}

// routeTarget reads where a name is to lead.
func routeTarget(name, word string) (limen.Target, error) {
	typed := strings.TrimPrefix(word, ":")
	if path, isSocket := strings.CutPrefix(word, "unix:"); isSocket && path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return limen.Target{}, err
		}
		typed = "unix:" + abs
	}
	t, err := limen.ParseTarget(typed)
	if err == nil {
		return t, nil
	}
	cannot := invalid("cannot lead %s to %q", name, withoutPassword(word))
	_, noPort := limen.ParsePort(name)
	_, noHost := limen.ParseHost(word)
	isWord := noHost == nil && !strings.Contains(word, ".") && strings.Trim(word, "0123456789") != ""
	switch {
	case isWord && noPort == nil:
		return t, cannot(fmt.Sprintf("the name comes first, and then where it leads; %s is a port", name), fmt.Sprintf("limen route add %s %s", word, name))
	case word == "localhost":
		return t, cannot("it has no port", fmt.Sprintf("limen route add %s localhost:3000", name))
	case isWord:
		return t, cannot("a word alone can be a container, or another name", fmt.Sprintf("limen route add %s container:%s, or limen route add %s %s.localhost", name, word, name, word))
	}
	return t, cannot(errors.Unwrap(err).Error(), "limen route add --help lists what a target can be") // without the word, which is said already
}

// condition reads what a request must carry, if a call says so.
func condition(c call) (*limen.Condition, error) {
	if !c.has("when") {
		return nil, nil
	}
	when, err := limen.ParseCondition(c.values["when"])
	if err != nil {
		return nil, invalid("cannot tell requests apart by %q", c.values["when"])(err.Error(), "--when cookie:tree=feature-x")
	}
	return &when, nil
}
