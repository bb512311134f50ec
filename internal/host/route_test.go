package host

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// hostIn is a host whose files all lie in one directory.
func hostIn(dir string) *Host {
	at := func(name string) func() (string, error) {
		return func() (string, error) { return filepath.Join(dir, name), nil }
	}
	return New(Config{Home: at("."), State: at("state"), Settings: at("config"), Cache: at("cache")})
}

func TestANameIsReadAsPeopleTypeIt(t *testing.T) {
	h := hostIn(t.TempDir())
	for typed, want := range map[string][2]string{
		"shop":                   {"shop.localhost", ""},
		"Shop.localhost.":        {"shop.localhost", ""},
		"shop/api":               {"shop.localhost", "/api"},
		"shop.test/api/":         {"shop.test", "/api"},
		"*.shop":                 {"*.shop.localhost", ""},
		"postgres.shop.internal": {"postgres.shop.internal", ""},
	} {
		name, path, err := h.parseName(typed)
		if err != nil || name != want[0] || path != want[1] {
			t.Errorf("%q is %s %s, %v; want %v", typed, name, path, err, want)
		}
	}
	for _, typed := range []string{"", "localhost", "127.0.0.1", "a b", "*", "*.*.a", "a*", "-a", "http://shop", "shop/%zz", "shop?x"} {
		if name, path, err := h.parseName(typed); !errors.Is(err, limen.Invalid) {
			t.Errorf("%q is %s %s, %v; want it refused", typed, name, path, err)
		}
	}
}

func TestANameIsTakenAwayAsItIsListed(t *testing.T) {
	for listed, want := range map[string]string{
		"https://shop.localhost": "shop.localhost", "http://shop.localhost:8008/api": "shop.localhost/api",
		"pg.shop.localhost:5432": "pg.shop.localhost", "*.shop": "*.shop", "shop:x": "shop:x", "shop/a:1": "shop/a:1",
	} {
		if got := bareName(listed); got != want {
			t.Errorf("%s is %s; want %s", listed, got, want)
		}
	}
}

func TestARouteThatMeansNothingIsRefused(t *testing.T) {
	h := hostIn(t.TempDir())
	port := limen.Target{Port: 3000}
	for why, in := range map[string]op.RouteIn{
		"no target":            {Name: "shop"},
		"no path to strip":     {Name: "shop", Target: port, Strip: true},
		"TCP has no paths":     {Name: "shop/api", Target: port, Port: 5432},
		"TCP has no wildcards": {Name: "*.shop", Target: port, Port: 5432},
		"it leads to itself":   {Name: "shop", Target: limen.Target{Route: "shop.localhost"}},
	} {
		if r, err := h.Route(t.Context(), in); !errors.Is(err, limen.Invalid) {
			t.Errorf("%s: %+v, %v", why, r, err)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"shop", "*.shop.test/a%2Fb", "shop/api/", "x/..", "ä"} {
		f.Add(s)
	}
	h := hostIn(f.TempDir())
	f.Fuzz(func(t *testing.T, typed string) {
		name, path, err := h.parseName(typed)
		if err != nil {
			return
		}
		again, sameA, err := h.parseName(name + path)
		if err != nil || again != name || sameA != path {
			t.Errorf("%q is %q %q, which is %q %q, %v", typed, name, path, again, sameA, err)
		}
	})
}
