package registry

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/limenhq/limen"
)

func TestAtLeast250PortsAreKnown(t *testing.T) {
	all := slices.Sorted(knownPorts())
	if n := len(slices.Compact(all)); n < 250 {
		t.Errorf("%d ports are known", n)
	}
}

func TestFactsAreSortedAndSaidOnce(t *testing.T) {
	type key struct {
		port uint16
		on   limen.Transport
	}
	said := map[key]bool{}
	for _, table := range facts {
		before := key{}
		for i, f := range table {
			now := key{f.port, f.on}
			if i > 0 && (now.port < before.port || now.port == before.port && now.on <= before.on) {
				t.Errorf("%d/%v stands behind %d/%v", now.port, now.on, before.port, before.on)
			}
			before = now
			for _, on := range []limen.Transport{tcp, udp} {
				if f.on != both && f.on != on {
					continue
				}
				if said[key{f.port, on}] {
					t.Errorf("%d/%v has two facts", f.port, on)
				}
				said[key{f.port, on}] = true
			}
		}
	}
}

func TestUsesAreNamedAndNotRepeated(t *testing.T) {
	for _, table := range facts {
		for _, f := range table {
			if len(f.uses) == 0 {
				t.Errorf("%d has no use", f.port)
			}
			for i, u := range f.uses {
				if u == "" || strings.TrimSpace(u) != u || strings.HasSuffix(u, ".") || !printable(u) {
					t.Errorf("%d: %q is not a use: one line without full stop", f.port, u)
				}
				if slices.Contains(f.uses[:i], u) {
					t.Errorf("%d: %q is said twice", f.port, u)
				}
			}
		}
	}
}

func TestRelativesExistAndAreMutual(t *testing.T) {
	seen := map[uint16]string{}
	for _, f := range families {
		if f.name == "" || len(f.ports) < 2 || !slices.IsSorted(f.ports) {
			t.Errorf("%q is no family in order: %v", f.name, f.ports)
		}
		for _, port := range f.ports {
			if other, twice := seen[port]; twice {
				t.Errorf("%d is in %q and %q", port, other, f.name)
			}
			seen[port] = f.name
			k := known(port, 0)
			if k == nil {
				t.Errorf("%d of %q is not known", port, f.name)
				continue
			}
			if slices.Contains(k.Relatives, port) || len(k.Relatives) != len(f.ports)-1 {
				t.Errorf("%d of %q has the relatives %v", port, f.name, k.Relatives)
			}
		}
	}
}

func TestHistoriesAndRegistrantsAreOfKnownPorts(t *testing.T) {
	var before uint16
	for _, h := range histories {
		if k := known(h.port, 0); h.port <= before || k == nil || k.History != h.text {
			t.Errorf("the history of %d is out of order, or not shown", h.port)
		}
		if !strings.HasSuffix(h.text, ".") || !printable(h.text) {
			t.Errorf("%d: %q is not a sentence", h.port, h.text)
		}
		before = h.port
	}
	before = 0
	for _, r := range registrants {
		k := known(r.port, 0)
		if r.port <= before || k == nil || k.Registrant == nil || k.Registrant.Name != r.name {
			t.Errorf("the registrant of %d is out of order, or not shown", r.port)
		}
		before = r.port
	}
}

func TestPeopleExpectTheseThere(t *testing.T) {
	for port, want := range map[uint16]string{
		3000: "Next.js", 4200: "Angular", 5000: "AirPlay", 5173: "Vite", 5432: "PostgreSQL",
		6379: "Redis", 8000: "Django", 8008: "Matrix", 8009: "Cast", 8080: "Tomcat",
		8443: "HTTPS", 8448: "federation", 9229: "Node", 11434: "Ollama", 27017: "MongoDB",
	} {
		k := Lookup(port, limen.TCP).Known
		if k == nil || !strings.Contains(k.Uses[0].What, want) {
			t.Errorf("%d is not first of all known for %s: %+v", port, want, k)
		}
	}
}

// TestRegistrantsAgreeWithIANA holds every name and year to the official list.
func TestRegistrantsAgreeWithIANA(t *testing.T) {
	list := readRealCSV(t)
	for _, r := range registrants {
		var found *limen.Registration
		for _, e := range at(t, list, r.port) {
			if e.Name == r.service {
				found = &e
				break
			}
		}
		if found == nil {
			t.Errorf("%d is not registered for %s", r.port, r.service)
			continue
		}
		if !strings.EqualFold(found.Assignee, strings.ReplaceAll(r.name, "-", " ")) {
			t.Errorf("%d was registered for %q, not %q", r.port, found.Assignee, r.name)
		}
		year := ""
		if r.year != 0 {
			year = strconv.Itoa(r.year)
		}
		if got, _, _ := strings.Cut(found.Registered, "-"); got != year {
			t.Errorf("%d was registered in %q, not %q", r.port, got, year)
		}
	}
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
