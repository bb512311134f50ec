package store

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// shop is a route of a project.
func shop(project string) limen.Route {
	return limen.Route{
		Name: "shop.localhost", Target: limen.Target{Port: 5173}, Source: limen.RouteObserved, State: limen.RouteAsleep,
		Subject: &limen.Subject{Project: project}, Since: noon,
	}
}

var byValue = cmpopts.EquateComparable(netip.Addr{})

func TestARouteIsKeptWholeUntilItIsDropped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limen.db")
	s := opened(t, file)
	want := shop("/src/shop")
	want.Path, want.When, want.Port, want.Address = "/api", &limen.Condition{In: limen.InCookie, Name: "tree", Value: "x"}, 5432, netip.MustParseAddr("127.77.1.2")
	live := want
	live.State, live.URL, live.Endpoints, live.Why = limen.RouteLive, "https://shop.localhost", []limen.Endpoint{limen.MustParseEndpoint("tcp/127.0.0.1:1")}, "because"
	if err := s.PutRoute(t.Context(), live); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = opened(t, file)
	got, err := s.Routes(t.Context())
	if diff := cmp.Diff([]limen.Route{want}, got, byValue); diff != "" || err != nil {
		t.Errorf("after opening it again: %v (-want +got):\n%s", err, diff)
	}
	for _, was := range []bool{true, false} {
		if dropped, err := s.DropRoute(t.Context(), want); dropped != was || err != nil {
			t.Errorf("dropped: %v, %v; want %v", dropped, err, was)
		}
	}
}

func TestANameIsNeverTakenFromAnotherProject(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "limen.db"))
	for _, c := range []struct{ by, has string }{{"/a/shop", "/a/shop"}, {"/b/shop", "/a/shop"}, {"/a/shop", "/a/shop"}} {
		kept, err := s.ClaimRoute(t.Context(), shop(c.by))
		if err != nil || kept.Subject.Project != c.has {
			t.Errorf("claimed by %s: %s has it, %v; want %s", c.by, kept.Subject.Project, err, c.has)
		}
	}
}

func TestWhatWasTypedStandsBeforeWhatWasObserved(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "limen.db"))
	seen, typed := shop("/a/shop"), shop("/a/shop")
	typed.Source, typed.Subject, typed.Target = limen.RouteTyped, nil, limen.Target{Port: 1}
	for _, r := range []limen.Route{seen, typed} {
		if err := s.PutRoute(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Routes(t.Context())
	if diff := cmp.Diff([]limen.Route{typed, seen}, got, byValue); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
