package proxy

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// routesOf makes routes of lines: a name with a path, a condition if there is
// one, and a source.
func routesOf(t testing.TB, lines ...string) (all []Route) {
	t.Helper()
	for i, line := range lines {
		words := strings.Fields(line)
		r := limen.Route{Name: words[0], Source: limen.RouteTyped, Target: limen.Target{Port: uint16(3000 + i)}}
		if at := strings.IndexByte(words[0], '/'); at >= 0 {
			r.Name, r.Path = words[0][:at], words[0][at:]
		}
		for _, word := range words[1:] {
			if c, err := limen.ParseCondition(word); err == nil {
				r.When = &c
			} else if err := r.Source.UnmarshalText([]byte(word)); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, Route{Route: r})
	}
	return all
}

// lookedUp is the line of the route that a request means, or -1.
func lookedUp(routes []Route, host, path string, head http.Header) int {
	var table Table
	table.set(routes)
	r := table.lookup(host, path, func(c *condition) bool { return c.isMetBy(head) })
	if r == nil {
		return -1
	}
	return int(r.Target.Port) - 3000
}

var someRoutes = []string{
	0:  "shop.localhost",
	1:  "shop.localhost/api",
	2:  "shop.localhost/api/v2",
	3:  "shop.localhost/caf%C3%A9/",
	4:  "*.shop.localhost",
	5:  "*.eu.shop.localhost/api",
	6:  "blog.localhost/only",
	7:  "*.localhost",
	8:  "pins.localhost",
	9:  "pins.localhost cookie:tree=feature-x",
	10: "pins.localhost header:x-tree=feature-y",
	11: "pins.localhost cookie:tree=later",
	12: "twice.localhost observed",
	13: "twice.localhost typed",
	14: "twice.localhost run",
	15: "twice.localhost typed",
	16: "a.b.localhost/a%2Fb",
	17: "127.0.0.1",
	18: "*.0.0.1",
	19: "UPPER.Localhost./Api",
}

func TestARequestMeansTheRouteThatSaysMostAboutIt(t *testing.T) {
	routes := routesOf(t, someRoutes...)
	for _, c := range []struct {
		host, path string
		want       int
	}{
		{"shop.localhost", "/", 0},
		{"shop.localhost", "", 0},
		{"shop.localhost", "*", 0},
		{"SHOP.localhost.:8443", "/", 0},
		{"shop.localhost:", "/", 0},
		{"shop.localhost", "/apix", 0},
		{"shop.localhost", "/api", 1},
		{"shop.localhost", "/api/", 1},
		{"shop.localhost", "/api/x", 1},
		{"shop.localhost", "/%61pi/x", 1},
		{"shop.localhost", "/%61%70%69", 1},
		{"shop.localhost", "/API", 0},
		{"shop.localhost", "/api%2Fv2", 0},
		{"shop.localhost", "/api/v2", 2},
		{"shop.localhost", "/api/v2?x", 1}, // a query does not belong in here
		{"shop.localhost", "/api/./v2", 2},
		{"shop.localhost", "/api/%2e/v2", 2},
		{"shop.localhost", "/api/../x", 0},
		{"shop.localhost", "/x/../api", 1},
		{"shop.localhost", "/x/%2E%2e/api/v2/y", 2},
		{"shop.localhost", "/../api", 1},
		{"shop.localhost", "//api", 0},
		{"shop.localhost", "/caf%c3%a9", 3},
		{"shop.localhost", "/café/x", 3},
		{"a.shop.localhost", "/api", 4},
		{"a.b.shop.localhost", "/", 4},
		{"a.eu.shop.localhost", "/api", 5},
		{"a.eu.shop.localhost", "/", 4},
		{"eu.shop.localhost", "/api", 4},
		{"blog.localhost", "/only/this", 6},
		{"blog.localhost", "/", 7},
		{"localhost", "/", -1},
		{".localhost", "/", -1},
		{"a..shop.localhost", "/", 4},
		{"shop.localhost.evil", "/", -1},
		{"shop.localhost:80:80", "/", -1},
		{"shop.localhost:x", "/", -1},
		{"user@shop.localhost", "/", -1},
		{"127.0.0.1", "/", -1},
		{"127.0.0.1:80", "/", -1},
		{"[::1]", "/", -1},
		{"[::1]:80", "/", -1},
		{"::1", "/", -1},
		{"", "/", -1},
		{strings.Repeat("a.", 130) + "localhost", "/", -1},
		{"twice.localhost", "/", 13},
		{"a.b.localhost", "/a%2fb/c", 16},
		{"a.b.localhost", "/a/b", 7},
		{"a.b.localhost", "/a%252Fb", 7},
		{"upper.localhost", "/Api", 19},
	} {
		if got := lookedUp(routes, c.host, c.path, nil); got != c.want {
			t.Errorf("%s%s means %d, want %d", c.host, c.path, got, c.want)
		}
	}
}

func TestARouteWithAConditionIsForThoseThatMeetIt(t *testing.T) {
	routes := routesOf(t, someRoutes...)
	for _, c := range []struct {
		head http.Header
		want int
	}{
		{nil, 8},
		{http.Header{"Cookie": {"tree=feature-x"}}, 9},
		{http.Header{"Cookie": {"a=b; tree=feature-x ;c=d"}}, 9},
		{http.Header{"Cookie": {"a=b", `tree="feature-x"`}}, 9},
		{http.Header{"Cookie": {"Tree=feature-x"}}, 8},
		{http.Header{"Cookie": {"tree=feature-xx; xtree=feature-x; tree"}}, 8},
		{http.Header{"X-Tree": {"feature-x"}}, 8},
		{http.Header{"X-Tree": {" feature-y\t"}}, 10},
		{http.Header{"X-Tree": {"Feature-Y"}}, 8},
		{http.Header{"Cookie": {"tree=later"}, "X-Tree": {"feature-y"}}, 10},
		{http.Header{"Cookie": {"tree=later"}}, 11},
	} {
		if got := lookedUp(routes, "pins.localhost", "/", c.head); got != c.want {
			t.Errorf("%v means %d, want %d", c.head, got, c.want)
		}
	}
}

// Whatever order the routes come in, the same ones answer.
func TestASetWithDuplicatesIsDeterministic(t *testing.T) {
	routes := routesOf(t, "x.localhost observed", "x.localhost run", "x.localhost typed", "x.localhost typed cookie:a=b")
	for range 20 {
		if got := lookedUp(routes, "x.localhost", "/", nil); got != 2 {
			t.Fatalf("%d answers, want 2", got)
		}
		routes = append(routes[1:], routes[0])
	}
	var table Table
	table.set(append(routes, routesOf(t, "*.a.localhost", "b.localhost/x")...))
	if want := []string{"*.a.localhost", "b.localhost/x", "x.localhost"}; !slices.Equal(table.names(), want) {
		t.Errorf("the names are %q, want %q", table.names(), want)
	}
}

func TestANameOfTCPIsNotAskedForPages(t *testing.T) {
	routes := routesOf(t, "db.localhost")
	routes[0].Port = 5432
	if got := lookedUp(routes, "db.localhost", "/", nil); got != -1 {
		t.Error("a request over HTTP is carried to a database")
	}
}

func TestAPathMayNotLeadOutOfItsRoute(t *testing.T) {
	for _, c := range []struct {
		path, target, sent string
		want               bool
	}{
		{"", "3000", "/../../etc/passwd", false}, // nothing is above, and the upstream sees what was sent
		{"", "3000", `/\..%2f..`, false},
		{"/api", "3000", "/api/x/../y", false},
		{"/api", "3000", "/%61pi/x", false},
		{"/api", "3000", "/api/..", true},
		{"/api", "3000", "/api/../admin", true},
		{"/api", "3000", "/api/../api/x", true},
		{"/api", "3000", "/x/../api", true},
		{"/api", "3000", "/api/%2e%2E/admin", true},
		{"/api", "3000", "/api/x%2f..%2f..%2fadmin", true},
		{"/api", "3000", `/api/..\admin`, true},
		{"/api", "3000", "/api/..%5cadmin", true},
		{"/api", "3000", "/api/..;/admin", false},
		{"/api", "3000", "/api/.../x", false},
		{"/api", "3000", "/api/a//../../..", true},
		{"", "http://localhost:3000/app", "/../x", true},
		{"", "http://localhost:3000/app", "/x/../y", false},
		{"/a/b", "3000", "/a/./b/c", true},
		{"/a/b", "3000", "/a/%62/%", false},
		{"/a/b", "3000", "/a%2fb/%", true},
	} {
		target, err := limen.ParseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := strays(c.sent, &Route{Route: limen.Route{Path: c.path, Target: target}}); got != c.want {
			t.Errorf("%s strays from %q to %v: %v", c.sent, c.path, target, got)
		}
	}
}

func TestALookupAllocatesNothing(t *testing.T) {
	var table Table
	table.set(routesOf(t, someRoutes...))
	r := httptest.NewRequest("GET", "http://a.shop.localhost/api/v2/%61", nil)
	r.Header.Set("Cookie", "a=b; tree=later")
	for _, host := range []string{"shop.localhost:8443", "Pins.localhost", "a.b.c.shop.localhost", "none.example"} {
		n := testing.AllocsPerRun(100, func() {
			table.lookup(host, "/api/%61/../v2/x", func(c *condition) bool { return c.isMetBy(r.Header) })
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", host, n)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		lines := make([]string, 0, n)
		for i := range n - 2 {
			lines = append(lines, fmt.Sprintf("app-%d.localhost", i))
		}
		lines = append(lines, "shop.localhost", "shop.localhost/api")
		var table Table
		table.set(routesOf(b, lines...))
		carries := func(*condition) bool { return false }
		hosts := []string{"app-1.localhost:8443", "app-5.localhost:8443", "shop.localhost"}
		for _, host := range hosts {
			b.Run(fmt.Sprintf("%d/%s", n, host), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if table.lookup(host, "/api/orders/17", carries) == nil {
						b.Fatal("not found")
					}
				}
			})
		}
	}
}
