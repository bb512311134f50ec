package registry

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestAnEmptyShelfIsNoGap(t *testing.T) {
	for _, s := range []Shelf{{}, newShelf(t)} {
		if got := opened(t, s).Source(); got != (Registry{}).Source() {
			t.Errorf("%q: it uses %s", s.File, got)
		}
	}
}

// summed is a file as limen keeps it, of an archive that somebody made.
func summed(archive string) string {
	return string(binary.BigEndian.AppendUint32([]byte(archive), crc32.ChecksumIEEE([]byte(archive))))
}

func TestADamagedOrForeignFileIsAGap(t *testing.T) {
	s := newShelf(t)
	renewed(t, s, madeUp("2026-11-01"))
	good, err := os.ReadFile(s.File)
	if err != nil {
		t.Fatal(err)
	}
	turned := []byte(string(good))
	turned[len(turned)/2] ^= 1
	for name, test := range map[string]struct{ text, says string }{
		"empty":          {"", "damaged"},
		"cut off":        {string(good[:len(good)-1]), "its sum is not that of its bytes"},
		"one bit turned": {string(turned), "its sum is not that of its bytes"},
		"another file":   {"#!/bin/sh\necho hello\n", "damaged or not limen's"},
		"no archive":     {summed("hello"), `does not begin with "limen-iana 1"`},
		"no date":        {summed(pack(t, "source: a test\n", nil)), `newest entry is of ""`},
		"old":            {summed(pack(t, "source: a test\ndate: 2001-01-01\ninstead: an older limen\n", nil)), `newest entry is of "2001-01-01"`},
		"huge":           {strings.Repeat("x", maxKept+1), "more than"},
	} {
		if err := os.WriteFile(s.File, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, gaps := s.Open()
		if len(gaps) != 1 || !strings.Contains(gaps[0].Why, test.says) || !strings.Contains(gaps[0].Why, "the copy inside limen is used") || gaps[0].Next != "limen ports update" {
			t.Errorf("%s: gaps %+v; want one that says %s", name, gaps, test.says)
		}
		if got := r.Lookup(8008, limen.TCP); len(got.Registered) != 1 || got.Source != (Registry{}).Source() {
			t.Errorf("%s: 8008 is %+v, from %s", name, got.Registered, got.Source)
		}
	}
}

func TestADirectoryInPlaceOfTheFileIsAGap(t *testing.T) {
	r, gaps := Shelf{File: t.TempDir()}.Open()
	if len(gaps) != 1 || r.Source() != (Registry{}).Source() {
		t.Errorf("Open: %v, %+v", r.Source(), gaps)
	}
}

// A sum proves nothing about who made a file: one can fit to blocks that
// cannot be read.
func TestAForgedFileNeverAnswersHalf(t *testing.T) {
	forged := summed(pack(t, "source: forged\ndate: 2099-01-01\n",
		map[uint16]string{7: "0\tt\techo\tEcho\n", 8008: "0\tx\tforged\t\n"}, 7, 8008))
	s := Shelf{File: filepath.Join(t.TempDir(), "iana.dat")}
	if err := os.WriteFile(s.File, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	r := opened(t, s)
	if n := r.Lookup(8008, limen.TCP); len(n.Registered) != 1 || n.Registered[0].Name != "http-alt" || n.Source == "forged" {
		t.Errorf("8008 is %+v, from %s", n.Registered, n.Source)
	}
	found, err := r.Search("http-alt")
	if err != nil || len(found) != 3 {
		t.Errorf("Search(http-alt) = %v, %v", ports(found), err)
	}
	if got := renewed(t, s, madeUp("2099-01-02")); got.Before.Source != (Registry{}).Source() {
		t.Errorf("it was compared with %s", got.Before.Source)
	}
}

func FuzzParseKept(f *testing.F) {
	l, err := ReadCSV(strings.NewReader(csvHeader + "x11,6000-6063,tcp,X,[A_B],,2001-01,2002-02-02,[RFC1],,,\n"))
	if err != nil {
		f.Fatal(err)
	}
	data, err := l.pack(map[string]string{"source": "a test", "date": "2026-01-01"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Fuzz(func(t *testing.T, archive string) {
		a, err := parseKept(summed(archive))
		if err != nil {
			return
		}
		r := Registry{kept: &kept{a}}
		r.Lookup(6001, 0)
		_ = (&kept{a}).tooOld()
		n := 0
		for e, err := range (&kept{a}).all() {
			if n++; err != nil || n > 50 {
				break
			}
			if got, err := a.at(e.port); err == nil && len(got) == 0 {
				t.Logf("port %d stands in a block that a look-up does not read", e.port)
			}
		}
	})
}

func BenchmarkOpenAndLookup(b *testing.B) {
	s := Shelf{File: filepath.Join(b.TempDir(), "iana.dat")}
	l, err := ReadCSV(strings.NewReader(madeUp("2026-11-01")))
	if err != nil {
		b.Fatal(err)
	}
	if err := s.keep(limen.Renewal{}, l); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, _ := s.Open()
		r.Lookup(8008, limen.TCP)
	}
}
