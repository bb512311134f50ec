package cli

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestWordsAndFlagsMakeARoute(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tree := &limen.Condition{In: limen.InCookie, Name: "tree", Value: "x"}
	for line, want := range map[string]op.RouteIn{
		"shop 3000":                         {Name: "shop", Target: limen.Target{Port: 3000}},
		"shop :3000":                        {Name: "shop", Target: limen.Target{Port: 3000}},
		"shop=3000":                         {Name: "shop", Target: limen.Target{Port: 3000}},
		"shop.localhost/api=3001":           {Name: "shop.localhost/api", Target: limen.Target{Port: 3001}},
		"shop/api 3001 --strip":             {Name: "shop/api", Target: limen.Target{Port: 3001}, Strip: true},
		"--own-host *.shop [::1]:3000":      {Name: "*.shop", Target: limen.Target{Host: "::1", Port: 3000}, Own: true},
		"shop https://localhost:8443/app":   {Name: "shop", Target: limen.Target{Scheme: limen.SchemeHTTPS, Port: 8443, Path: "/app"}},
		"shop=http://localhost/x=1":         {Name: "shop", Target: limen.Target{Scheme: limen.SchemeHTTP, Port: 80, Path: "/x=1"}},
		"shop unix:./run/app.sock":          {Name: "shop", Target: limen.Target{Socket: filepath.Join(here, "run/app.sock")}},
		"shop unix:/run/../tmp/app.sock":    {Name: "shop", Target: limen.Target{Socket: "/tmp/app.sock"}},
		"shop container:web:80":             {Name: "shop", Target: limen.Target{Container: "web", Port: 80}},
		"shop shop.feature-x.localhost":     {Name: "shop", Target: limen.Target{Route: "shop.feature-x.localhost"}},
		"shop 3000 --when cookie:tree=x":    {Name: "shop", Target: limen.Target{Port: 3000}, When: tree},
		"db.shop 23117 --tcp 5432":          {Name: "db.shop", Target: limen.Target{Port: 23117}, Port: 5432},
		"shop 3000 --lan --force":           {Name: "shop", Target: limen.Target{Port: 3000}, LAN: true, Force: true},
		"shop 3000 --format ndjson":         {Name: "shop", Target: limen.Target{Port: 3000}},
		"shop 3000 --when=header:X-Tree=ab": {Name: "shop", Target: limen.Target{Port: 3000}, When: &limen.Condition{In: limen.InHeader, Name: "x-tree", Value: "ab"}},
	} {
		d := newDesk()
		if code := d.run(t, append([]string{"route", "add"}, strings.Fields(line)...)...); code != 0 || len(d.routed) != 1 {
			t.Errorf("limen route add %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.routed[0], cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("limen route add %s asked (-want +got):\n%s", line, diff)
		}
	}
}

func TestAPinIsReadWhole(t *testing.T) {
	tree := &limen.Condition{In: limen.InCookie, Name: "tree", Value: "x"}
	for line, want := range map[string]op.PinIn{
		"shop feature-x":                      {Name: "shop", Tree: "feature-x"},
		"shop feature/x --when cookie:tree=x": {Name: "shop", Tree: "feature/x", When: tree},
		"shop --off":                          {Name: "shop"},
		"--off shop --when cookie:tree=x":     {Name: "shop", When: tree},
	} {
		d := newDesk()
		if code := d.run(t, append([]string{"route", "pin"}, strings.Fields(line)...)...); code != 0 || len(d.pinned) != 1 {
			t.Errorf("limen route pin %s: exit %d: %s", line, code, d.errs.String())
			continue
		}
		if diff := cmp.Diff(want, d.pinned[0]); diff != "" {
			t.Errorf("limen route pin %s asked (-want +got):\n%s", line, diff)
		}
	}
}

func TestWhatShouldBeKnownOfANameIsSaidBesideIt(t *testing.T) {
	d := newDesk()
	d.route = shop
	d.route.Gaps = []limen.Gap{{What: "whose shop.dev is", Why: "it is \x1ban ending of the internet", Next: "take .localhost"}}
	if code := d.run(t, "route", "add", "shop", "3000"); code != 0 {
		t.Fatalf("exit %d: %s", code, d.errs.String())
	}
	if want := "https://shop.localhost leads to 3000\n"; d.out.String() != want {
		t.Errorf("standard output is %q, want %q", d.out.String(), want)
	}
	if want := "not seen: whose shop.dev is\n  why:  it is \\x1ban ending of the internet\n  next: take .localhost\n"; d.errs.String() != want {
		t.Errorf("standard error is %q, want %q", d.errs.String(), want)
	}
}

func TestNoNamesAreNotAnEmptyAnswer(t *testing.T) {
	for _, args := range [][]string{{"route"}, {"route", "ls"}, {"route", "--here"}} {
		d := newDesk()
		if code := d.run(t, args...); code != 0 || d.out.Len() > 0 || d.errs.String() != "no name leads anywhere\n" {
			t.Errorf("limen %v: exit %d, says %q and %q", args, code, d.out.String(), d.errs.String())
		}
	}
}

func TestWhichNamesAreMeantIsAsked(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]op.RoutesIn{
		"route":                 {},
		"route ls":              {},
		"route ls --all":        {All: true},
		"route --here --all ls": {All: true, Directory: here},
		"proxy":                 {Trust: true},
	} {
		d := newDesk()
		if code := d.run(t, strings.Fields(line)...); code != 0 || len(d.routesAsked) != 1 || d.routesAsked[0] != want {
			t.Errorf("limen %s: exit %d, asked %+v, want %+v", line, code, d.routesAsked, want)
		}
	}
}

func TestNamesThatNobodyAnswersForAreNoSuccess(t *testing.T) {
	d := newDesk()
	d.routes.Doors = nil
	if code := d.run(t, "proxy"); code != 3 || !strings.Contains(d.errs.String(), "limen: cannot have names answered\n") {
		t.Errorf("exit %d, says %q", code, d.errs.String())
	}
}

func TestNamesAreCompleted(t *testing.T) {
	for _, verb := range []string{"rm", "pin", "resolve"} {
		d := newDesk()
		api := shop
		api.Path, api.Owner = "/api", &limen.Owner{Process: limen.Process{Name: "no\x1bde"}}
		d.routes.Routes = []limen.Route{shop, api}
		got := offered(t, d, "route", verb, "")
		if want := []string{"shop.localhost\t3000", "shop.localhost/api\tno\\x1bde"}; !slices.Equal(got, want) {
			t.Errorf("limen route %s offers %q, want %q", verb, got, want)
		}
	}
	for _, verb := range []string{"add", "rm", "pin", "resolve"} {
		if got := offered(t, newDesk(), "route", ""); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, verb+"\t") }) {
			t.Errorf("limen route offers %q, and not %s", got, verb)
		}
	}
}

// routeMistakes are command lines about names that make no sense, in the order
// of routeerrors.txt.
var routeMistakes = []string{
	"route list", "route ls shop", "route --sort name",
	"route add", "route add shop", "route add shop=", "route add =3000", "route add shop 3000 3001", "route add 3000 shop", "route add shop web",
	"route add shop 99999", "route add shop 0", "route add shop localhost", "route add shop unix:", "route add shop container:", "route add shop ftp://localhost:21",
	"route add shop http://u:secret@localhost:3000/", "route add shop http://localhost:3000/?token=secret", "route add shop --tcp x 3000", "route add shop 3000 --tcp 0",
	"route add shop 3000 --when tree=x", "route add shop 3000 --when cookie:=x", "route add shop 3000 --when cookie:tree=a;b",
	"route rm", "route rm shop --when x", "route pin", "route pin shop", "route pin shop a b", "route pin shop feature-x --off", "route pin shop feature-x --when x",
	"route resolve", "route resolve shop api", "route resolve shop --hosts --clean", "proxy shop", "proxy --watch",
}

func TestAMistakeAboutANameCostsNothing(t *testing.T) {
	var all strings.Builder
	for _, line := range routeMistakes {
		d := newDesk()
		code := d.run(t, strings.Fields(line)...)
		said := d.errs.String()
		all.WriteString("$ limen " + line + "\n" + said + "\n")
		if code != 2 || d.out.Len() > 0 || len(d.routed)+len(d.pinned)+len(d.routesAsked) > 0 {
			t.Errorf("limen %s: exit %d, standard output %q", line, code, d.out.String())
		}
		for _, part := range []string{"limen: cannot ", "\n  why:  ", "\n  next: ", "\n  use:  "} {
			if !strings.Contains(said, part) {
				t.Errorf("limen %s does not say %q:\n%s", line, part, said)
			}
		}
		if strings.Contains(said, "secret") {
			t.Errorf("limen %s repeats a password:\n%s", line, said)
		}
	}
	checkGolden(t, "testdata/routeerrors.txt", all.String())
}
