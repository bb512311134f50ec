package manifest

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// A Place is where an app is reached.
type Place struct {
	Host string // an address, or a name
	Port uint16
	URL  string // empty means http, host and port
}

// url returns the place's URL.
func (p Place) url() string {
	if p.URL != "" {
		return p.URL
	}
	return "http://" + net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port)))
}

// field returns one of fields.
func (p Place) field(name string) (string, bool) {
	switch name {
	case "url":
		return p.url(), true
	case "host":
		return p.Host, true
	case "port":
		return strconv.Itoa(int(p.Port)), true
	}
	return "", false
}

// A Command is an app with all that it is started with.
type Command struct {
	Arguments   []string // its words, the program first
	Environment []string // NAME=value, all of it, each name once
	Ready       Ready    // with its URL
}

// Resolve returns how an app is started. Places has where each app of the
// project is reached, also those that are not started: others may name them.
//
// Of two that set a variable the first of these counts: env of the app, and of
// the file; PORT and HOST as limen says them; what the caller has set; files of
// variables, those of the app before those of all; and at last NAME_URL,
// NAME_HOST and NAME_PORT of each other app.
func (p Project) Resolve(name string, places map[string]Place) (Command, error) {
	a, ok := p.app(name)
	if !ok {
		return Command{}, p.unknown(name)
	}
	for _, n := range p.names() {
		if _, ok := places[n]; !ok {
			return Command{}, fmt.Errorf("nothing says where %s is reached", n)
		}
	}
	var m mistakes
	c := p.resolve(a, places, &m)
	return c, m.err()
}

// unknown says that there is no app of a name.
func (p Project) unknown(name string) error {
	return &limen.Error{
		Kind: limen.NotFound, What: fmt.Sprintf("cannot find %.80q in %s", name, p.File),
		Why: "it names nothing of that name", Next: instead(name, p.names()),
	}
}

// A reference may stand for more than its own length, so what comes of them
// is bounded: a text as MAX_ARG_STRLEN of linux/binfmts.h has it, 32 pages, and
// all of an app by as much as a process can usually be given.
const (
	mostText   = 128 << 10
	mostFilled = 2 << 20
)

func (p Project) resolve(a App, places map[string]Place, m *mistakes) Command {
	env := p.surroundings(a, places)
	own := places[a.Name]
	left := mostFilled
	look := func(q piece) (string, error) { return p.look(q, places, env) }
	fill := func(t text) string {
		s, err := t.fill(look, min(left, mostText))
		if err != nil {
			m.add(t.at, p.remedy(err), "%v", err)
		}
		left -= len(s)
		return s
	}
	for _, layer := range [][]setting{a.shared, a.env} {
		values := make([]string, len(layer)) // none sees its neighbours: a table has no order
		for i, s := range layer {
			values[i] = fill(s.value)
		}
		for i, s := range layer {
			env.set(s.name, values[i])
		}
	}
	c := Command{Ready: a.Ready}
	for i, t := range a.command {
		if word := fill(t); word != "" || !t.fades || i == 0 {
			c.Arguments = append(c.Arguments, word)
		}
	}
	if len(c.Arguments) > 0 && c.Arguments[0] == "" {
		m.add(a.command[0].at, "", "the command begins with a variable that is empty")
	}
	if a.Ready.Sign == SignURL {
		before := len(m.all)
		if c.Ready.URL = fill(a.Ready.url); strings.HasPrefix(c.Ready.URL, "/") {
			c.Ready.URL = Place{Host: own.Host, Port: own.Port}.url() + c.Ready.URL
		}
		if why := checkURL(c.Ready.URL); why != "" && len(m.all) == before {
			m.add(a.Ready.url.at, `write it as "http://${HOST}:${PORT}/health", or only "/health"`, "%s", why)
		}
	}
	c.Environment = env.list()
	return c
}

// surroundings returns an app's variables, but for those of its env.
func (p Project) surroundings(a App, places map[string]Place) *environment {
	env := newEnvironment(a.files)
	env.add(p.environment)
	env.set("PORT", strconv.Itoa(int(places[a.Name].Port)))
	env.set("HOST", places[a.Name].Host)
	for _, other := range p.Apps {
		if other.Name == a.Name {
			continue
		}
		for _, f := range fields {
			value, _ := places[other.Name].field(f)
			env.offer(variableOf(other.Name, f), value)
		}
	}
	return env
}

// variableOf returns the variable that says a field of an app, as API_URL.
func variableOf(name, field string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_") + "_" + field)
}

// A missing reference is one that cannot be replaced.
type missing struct {
	why, next string
}

func (e missing) Error() string { return e.why }

// remedy says what helps against an error of look.
func (p Project) remedy(err error) string {
	if e, ok := err.(missing); ok {
		return e.next
	}
	return ""
}

// look returns what a reference stands for.
func (p Project) look(q piece, places map[string]Place, env *environment) (string, error) {
	if q.app == "" {
		value, ok := env.get(q.variable)
		switch {
		case q.is && value == "":
			return q.instead, nil
		case !ok:
			return "", missing{fmt.Sprintf("the variable %.80s is not set", q.variable), fmt.Sprintf("set it, or write ${%.80s:-otherwise}; $$ is a dollar", q.variable)}
		}
		return value, nil
	}
	place, ok := places[q.app]
	if !ok {
		return "", missing{"${" + q.app + "." + q.field + "} speaks of " + q.app + ", which is not in this file", instead(q.app, p.names())}
	}
	value, ok := place.field(q.field)
	if !ok {
		return "", missing{fmt.Sprintf("${%s.%.40s} is not known", q.app, q.field), instead(q.field, fields)}
	}
	return value, nil
}
