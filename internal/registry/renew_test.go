package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// madeUp is a list that passes for IANA's: its landmarks, and enough rows. Its
// newest entry is of the date, and the rows come behind.
func madeUp(date string, rows ...string) string {
	var b strings.Builder
	b.WriteString(csvHeader)
	for _, m := range landmarks {
		fmt.Fprintf(&b, "%s,%d,tcp,%s,,,,,,,,\n", m.name, m.port, m.name)
	}
	for i := range leastRows {
		fmt.Fprintf(&b, "made-up-%d,%d,tcp,,,,,,,,,\n", i, 20_000+i)
	}
	fmt.Fprintf(&b, "newest,19999,tcp,The newest,[A_Maker],[A_Maker],%s,,[RFC6335],,,\n", date)
	b.WriteString(strings.Join(rows, ""))
	return b.String()
}

// file writes a list, and returns where.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func newShelf(t *testing.T) Shelf {
	return Shelf{File: filepath.Join(t.TempDir(), "limen", "iana.dat")}
}

// renewed puts a list on a shelf.
func renewed(t *testing.T, s Shelf, text string) limen.Renewal {
	t.Helper()
	r, err := s.Renew(t.Context(), Fetcher{}, file(t, text), false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// opened returns what a shelf has, which must be whole.
func opened(t *testing.T, s Shelf) Registry {
	t.Helper()
	r, gaps := s.Open()
	if len(gaps) > 0 {
		t.Fatalf("Open: %+v", gaps)
	}
	return r
}

func TestAListThatWasRenewedIsUsed(t *testing.T) {
	s := newShelf(t)
	list := madeUp("2026-11-01", "x11,6000-6002,tcp,X Window System,[Stephen_Gildea],,,,,,,\n")
	url, f := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, list) })
	r, err := s.Renew(t.Context(), f, url, false)
	if err != nil {
		t.Fatal(err)
	}
	if r.From != url || r.File != s.File || r.After.Source != "IANA's list of 2026-11-01" || r.After.Entries != leastRows+7 || r.Added < leastRows {
		t.Errorf("Renew: %+v", r)
	}
	n := opened(t, s).Lookup(19999, limen.TCP)
	want := []limen.Registration{{
		Name: "newest", Description: "The newest", Transports: []string{"tcp"},
		Assignee: "A Maker", Contact: "A Maker", Registered: "2026-11-01", Reference: "RFC6335",
	}}
	if diff := cmp.Diff(want, n.Registered); diff != "" || n.Source != "IANA's list of 2026-11-01" {
		t.Errorf("19999, from %q (-want +got):\n%s", n.Source, diff)
	}
	if got := opened(t, s).Lookup(6001, 0).Registered; len(got) != 1 || got[0].Ports != (limen.PortRange{From: 6000, To: 6002}) {
		t.Errorf("6001: %+v, want the range that covers it", got)
	}
	if found, err := opened(t, s).Search("gildea"); err != nil || len(found) != 3 {
		t.Errorf("Search(gildea) = %v, %v; want the three of its range", ports(found), err)
	}
}

func TestRenewCountsWhatChanged(t *testing.T) {
	s := newShelf(t)
	renewed(t, s, madeUp("2026-11-01", "old,500,tcp,,,,,,,,,\n", "same,501,tcp,,,,,,,,,\n", "same,501,udp,,,,,,,,,\n", "other,502,tcp,Before,,,,,,,,\n"))
	r := renewed(t, s, madeUp("2026-11-01", "new,500,tcp,,,,,,,,,\n", "same,501,udp,,,,,,,,,\n", "same,501,tcp,,,,,,,,,\n", "other,502,tcp,After,,,,,,,,\n"))
	if r.Added != 1 || r.Removed != 1 || r.Changed != 1 {
		t.Errorf("%d added, %d removed, %d changed; want one each", r.Added, r.Removed, r.Changed)
	}
}

func TestRenewKeepsTheOldListWhateverGoesWrong(t *testing.T) {
	s := newShelf(t)
	renewed(t, s, madeUp("2026-11-01"))
	before, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	whole := madeUp("2026-11-02")
	for name, test := range map[string]struct {
		text string
		kind limen.Kind
		says string
	}{
		"cut off at a row": {whole[:strings.Index(whole, "made-up-9000")], limen.NotFound, "cut off"},
		"cut off in a row": {whole[:len(whole)/2], limen.NotFound, "line"},
		"another list":     {strings.Replace(whole, "http-alt,8008", "http-alt,8009", 1), limen.NotFound, `8008 is not "http-alt"`},
		"no date":          {strings.ReplaceAll(whole, "2026-11-02", "2026-11"), limen.NotFound, "no entry has a date"},
		"older":            {madeUp("2026-10-31"), limen.Invalid, "its newest entry is of 2026-10-31, and the list in use is of 2026-11-01"},
		"crowded":          {whole + strings.Repeat("a,1,tcp,"+strings.Repeat("long ", 200)+",,,,,,,,\n", 100), limen.NotFound, "too long to be IANA's"},
	} {
		_, err := s.Renew(t.Context(), Fetcher{}, file(t, test.text), false)
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %v that says %s", name, err, test.kind, test.says)
		}
		if err != nil && !strings.Contains(err.Error(), "the one in use stays: IANA's list of 2026-11-01") {
			t.Errorf("%s: %v; want it to say what stays", name, err)
		}
		if after, err := os.ReadFile(s.File); err != nil || string(after) != string(before) {
			t.Errorf("%s: the file has changed: %v", name, err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(s.File)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRenewTakesAnOlderListIfForced(t *testing.T) {
	s := newShelf(t)
	old := file(t, madeUp("2001-01-01"))
	if _, err := s.Renew(t.Context(), Fetcher{}, old, false); !errors.Is(err, limen.Invalid) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("older than the copy inside: %v", err)
	}
	if _, err := s.Renew(t.Context(), Fetcher{}, old, true); err != nil {
		t.Fatal(err)
	}
	if got := opened(t, s).Source(); got != "IANA's list of 2001-01-01" {
		t.Errorf("what was forced is not used, but %s", got)
	}
}

func TestRenewSaysWhyAListCannotBeKept(t *testing.T) {
	list := file(t, madeUp("2026-11-01"))
	if _, err := (Shelf{}).Renew(t.Context(), Fetcher{}, list, false); !errors.Is(err, limen.NotFound) || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("without a place: %v", err)
	}
	taken := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(taken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Shelf{File: filepath.Join(taken, "iana.dat")}.Renew(t.Context(), Fetcher{}, list, false)
	var known *limen.Error
	if !errors.As(err, &known) || known.Next == "" || !strings.Contains(known.Why, taken) {
		t.Errorf("where a file is in the way: %v", err)
	}
}

func TestRenewShowsNoPassword(t *testing.T) {
	_, err := newShelf(t).Renew(t.Context(), Fetcher{}, "https://nick:secret@127.0.0.1:1/list.csv", false)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Renew: %v", err)
	}
}

func TestTheRealListIsKeptWhole(t *testing.T) {
	list := readRealCSV(t)
	s := newShelf(t)
	if err := list.check(); err != nil {
		t.Fatal(err)
	}
	if err := s.keep(limen.Renewal{}, list); err != nil {
		t.Fatal(err)
	}
	kept := opened(t, s)
	i := 0
	for e := range list.all() {
		if i++; i%7 > 0 && e.entry.Ports.From == 0 {
			continue // each look-up expands a block, and all of them would take seconds
		}
		for _, port := range []uint16{e.port, max(e.port, e.entry.Ports.To), e.port + 1} {
			want := Registry{List: list}.Lookup(port, 0)
			if diff := cmp.Diff(want.Registered, kept.Lookup(port, 0).Registered); diff != "" {
				t.Fatalf("%d (-fetched +kept):\n%s", port, diff)
			}
		}
	}
	for _, words := range []string{"http-alt", "gettys", "x11", "8000-8100"} {
		want, err := Registry{List: list}.Search(words)
		got, err2 := kept.Search(words)
		if diff := cmp.Diff(ports(want), ports(got)); err != nil || err2 != nil || diff != "" || len(got) == 0 {
			t.Errorf("%s: %v, %v (-fetched +kept):\n%s", words, err, err2, diff)
		}
	}
	if data, err := os.ReadFile(s.File); err != nil || len(data) > 300<<10 {
		t.Errorf("it takes %d bytes: %v", len(data), err)
	}
}
