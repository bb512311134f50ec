package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A real is a server as its makers ship it, started in a small project by limen
// run with no flag of limen's, or by itself.
type real struct {
	shows   string // what there is to see
	project string // its files are testdata/real/NAME.txtar, and its page says "the page of NAME"
	folder  string // below it, where the command is typed
	command string // its words
	needs   string // the program or, with npm: before it, the package that must be there
	port    uint16 // where it listens, whatever it is told; 0 for where it is told
	named   bool   // the command itself names that port
	why     string // what limen says of the place besides that
	beside  string // what else it opens, by its role
	behind  bool   // its first process ends, and the server goes on

	called map[string]uint16 // the names that it has where limen was told nothing of it, with their ports; none if that is not looked at
}

var reals = []real{
	{shows: "a script of npm", project: "vite", command: "npm run dev", needs: "npm:vite", called: map[string]uint16{"vite-shop.localhost": 5173}},
	{shows: "a package by npx", project: "vite", command: "npx vite", needs: "npm:vite"},
	{shows: "two commands in a script, which take no argument", project: "vite", command: "npm run compound", needs: "npm:vite", port: 5173},
	{shows: "a variable before a command", project: "vite", command: "npm run prefix", needs: "npm:vite"},
	{shows: "a variable set by a program", project: "vite", command: "npm run cross", needs: "npm:cross-env"},
	{shows: "IPv6 alone", project: "vite", command: "npm run six", needs: "npm:vite", why: "on ::1 alone: a client that knows only 127.0.0.1 does not reach it", called: map[string]uint16{"vite-shop.localhost": 5173}},
	{shows: "a package of a workspace", project: "workspace", folder: "packages/shop", command: "npm run dev", needs: "npm:vite", called: map[string]uint16{"workspace-shop.root.localhost": 5173}},
	{shows: "Astro", project: "astro", command: "npm run dev", needs: "npm:astro", called: map[string]uint16{"astro-shop.localhost": 4321}},
	{shows: "Next.js", project: "next", command: "npm run dev", needs: "npm:next", called: map[string]uint16{"next-shop.localhost": 3000}},
	{shows: "wrangler, which starts a runtime", project: "wrangler", command: "npx wrangler dev", needs: "npm:wrangler", called: map[string]uint16{"wrangler-shop.localhost": 8787}},
	{shows: "Storybook", project: "storybook", command: "npm run storybook", needs: "npm:storybook", port: 6006, named: true, called: map[string]uint16{"storybook-shop.localhost": 6006}},

	{shows: "Node", project: "node", command: "npm start", needs: "npm"},
	{shows: "Node with a debugger", project: "node", command: "node --inspect server.js", needs: "node", beside: "debugger"},
	{shows: "Node at a port that the kernel might have chosen", project: "node", command: "node far.js", needs: "node", port: 40001, called: map[string]uint16{"node-shop.localhost": 40001}},
	{shows: "two programs with three ports", project: "pair", command: "npm run dev", needs: "npm", called: map[string]uint16{"pair-shop.localhost": 3000, "api.pair-shop.localhost": 3001, "p3002.pair-shop.localhost": 3002}},
	{shows: "Django, which starts itself again", project: "django", command: "python3 manage.py runserver", needs: "django-admin", called: map[string]uint16{"django.localhost": 8000}},
	{shows: "Flask", project: "flask", command: "flask run", needs: "flask", called: map[string]uint16{"flask.localhost": 5000}},
	{shows: "gunicorn with workers", project: "gunicorn", command: "gunicorn --workers 2 app:app", needs: "gunicorn"},
	{shows: "gunicorn in the background", project: "gunicorn", command: "gunicorn --daemon app:app", needs: "gunicorn", behind: true, called: map[string]uint16{"gunicorn.localhost": 8000}},
	{shows: "gunicorn with a port in its configuration", project: "gunicorn-config", command: "gunicorn app:app", needs: "gunicorn", port: 20081},
	{shows: "Hugo", project: "hugo", command: "hugo server", needs: "hugo", called: map[string]uint16{"hugo.localhost": 1313}},
	{shows: "PHP, whose command names the port", project: "php", command: "php -S localhost:20083", needs: "php", port: 20083, named: true},
	{shows: "Puma", project: "puma", command: "puma", needs: "puma"},
	{shows: "nginx in the background", project: "nginx", command: "nginx -p ./ -e stderr -c nginx.conf", needs: "nginx", port: 20082, behind: true, called: map[string]uint16{"nginx.localhost": 20082}},
}

// heavies are those that take a minute to install; .ci/run heavy does, and tries
// them.
var heavies = []real{
	{shows: "Angular", project: "angular", command: "npm start", needs: "npm:@angular/cli", called: map[string]uint16{"angular-shop.localhost": 4200}},
	{shows: "Nuxt", project: "nuxt", command: "npm run dev", needs: "npm:nuxt", called: map[string]uint16{"nuxt-shop.localhost": 3000}},
}

// tried are the servers that are tried.
func tried() []real {
	if *thorough {
		return slices.Concat(reals, heavies)
	}
	return reals
}

func TestRealServersAreFoundWhereTheyListen(t *testing.T) {
	s := newStreet(t)
	for i, r := range tried() {
		t.Run(r.shows, func(t *testing.T) {
			t.Parallel()
			v := s.start(t, r)
			told := v.until(t, func(w word) bool { return w.Change == "launched" }).Launch
			service, hasBeside := word{}, r.beside == ""
			v.until(t, func(w word) bool {
				if w.Change == "answered" && w.Opening.Part == "service" && w.Opening.URL != "" {
					service = w
				}
				hasBeside = hasBeside || w.Change == "answered" && w.Opening.Part == "other" && w.Opening.Role == r.beside
				return service.Opening != nil && hasBeside && v.isBehind == r.behind
			})
			port, why := told.Port, r.why
			if r.port != 0 {
				port = r.port
			}
			if port != told.Port {
				why = fmt.Sprintf("not at %d, as it was told", told.Port)
			}
			at := service.Opening.URL
			if want := fmt.Sprintf("http://localhost:%d", port); at != want || service.Why != why || told.Named != r.named {
				t.Errorf("it answers at %s, %q (the command names it: %v); want %s, %q", at, service.Why, told.Named, want, why)
			}
			if page, want := fetch(t, at), "the page of "+r.project; !strings.Contains(page, want) {
				t.Errorf("%s answers %q; want %q", at, page, want)
			}
			v.end(t, []os.Signal{os.Interrupt, syscall.SIGTERM}[i%2])
			if c := dial(at); c != nil {
				c.Close()
				t.Errorf("%s still lets in", at)
			}
		})
	}
}

// One that opens nothing runs until it is asked to end, as any other does.
func TestARealProgramThatNeverListensIsLeftAlone(t *testing.T) {
	v := newStreet(t).start(t, real{project: "vite", command: "npm run files", needs: "npm:vite"})
	v.until(t, func(w word) bool { return w.Line != nil && strings.Contains(w.Line.Text, "built in") })
	v.end(t, os.Interrupt)
	if v.opened > 0 {
		t.Errorf("it has opened %d ports", v.opened)
	}
}
