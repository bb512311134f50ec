package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

const tableBase = 0x7ff612340000

// tableEntry is one process of the system's table, with its name behind it,
// where its threads would be. It begins at the byte at.
func tableEntry(at, next int, e entry) []byte {
	b := make([]byte, max(next, 512))
	binary.LittleEndian.PutUint32(b[entryNext:], uint32(next))
	put := func(at int, n uint64) { binary.LittleEndian.PutUint64(b[at:], n) }
	put(entryBirth, e.Birth)
	put(entryUserTime, uint64(e.cpu/100)-1)
	put(entryKernelTime, 1)
	put(entryPID, uint64(e.PID))
	put(entryParent, uint64(e.parent))
	put(entryResident, e.resident)
	name := utf16.Encode([]rune(e.image))
	binary.LittleEndian.PutUint16(b[entryImage:], uint16(2*len(name)))
	put(entryImage+8, tableBase+uint64(at+256))
	for i, u := range name {
		binary.LittleEndian.PutUint16(b[256+2*i:], u)
	}
	return b
}

// born is an entry with a name, a parent and a birth.
func born(pid, parent int, birth uint64, image string) entry {
	return entry{limen.ProcessID{PID: pid, Birth: birth}, image, parent, time.Second, 4096}
}

func TestParseTableReadsEveryProcess(t *testing.T) {
	system, node := born(4, 0, 0, "System"), born(4368, 4, 133000000000000000, "nöde \U0001F600.exe")
	b := append(tableEntry(0, 600, system), tableEntry(600, 0, node)...)
	got, err := parseTable(b, tableBase)
	want := map[int]entry{4: system, 4368: node}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestParseTableRefusesWhatLeadsOutOfTheTable(t *testing.T) {
	whole := tableEntry(0, 600, born(4, 0, 0, "System"))
	for _, b := range [][]byte{nil, whole, whole[:entrySize-1], tableEntry(0, 8, born(4, 0, 0, ""))} {
		if got, err := parseTable(b, tableBase); !errors.Is(err, errTable) {
			t.Errorf("%d bytes gave %v, %v; want an error", len(b), got, err)
		}
	}
	// A name that lies elsewhere is no name.
	for _, base := range []uint64{0, tableBase + 256 + 2, tableBase - 512} {
		got, err := parseTable(tableEntry(0, 0, born(4, 0, 0, "System")), base)
		if err != nil || got[4].image != "" {
			t.Errorf("base %x: name %q, %v", base, got[4].image, err)
		}
	}
}

func TestFileTimeCountsFrom1601(t *testing.T) {
	// The epoch of Unix, in the reference of FILETIME.
	if got := fileTime(116444736000000000 + 15_000_000); !got.Equal(time.Unix(1, 5e8)) || got.Location() != time.UTC {
		t.Errorf("%v", got)
	}
	if got := fileTime(0); !got.IsZero() {
		t.Errorf("no time is %v", got)
	}
}

func TestFindRefusesAReusedPID(t *testing.T) {
	now := map[int]entry{7: born(7, 4, 200, "next.exe")}
	reads := 0
	read := func() (map[int]entry, error) { reads++; return now, nil }
	var r Reader
	if e, _, err := r.find(limen.ProcessID{PID: 7}, read); err != nil || e.Birth != 200 {
		t.Errorf("whichever has number 7: %v, %v", e, err)
	}
	if _, _, err := r.find(limen.ProcessID{PID: 7, Birth: 100}, read); !errors.Is(err, ErrGone) || reads != 2 {
		t.Errorf("the run before: %v after %d reads; want ErrGone after the second", err, reads)
	}
	now = map[int]entry{7: now[7], 8: born(8, 7, 300, "new.exe")}
	if e, _, err := r.find(limen.ProcessID{PID: 8, Birth: 300}, read); err != nil || e.image != "new.exe" || reads != 3 {
		t.Errorf("one that began since: %v, %v after %d reads", e, err, reads)
	}
	if _, _, err := r.find(limen.ProcessID{PID: 8, Birth: 300}, read); err != nil || reads != 3 {
		t.Errorf("the same again: %v after %d reads; want it remembered", err, reads)
	}
}

func TestLineageEndsWhereAParentIsYounger(t *testing.T) {
	all := map[int]entry{
		4: born(4, 0, 0, "System"), 10: born(10, 4, 10, "a.exe"), 20: born(20, 10, 20, "b.exe"), 30: born(30, 20, 30, "c.exe"),
		40: born(40, 50, 40, "d.exe"), 50: born(50, 4, 50, "reused.exe"),
		60: born(60, 61, 60, "loop.exe"), 61: born(61, 60, 60, "loop.exe"),
	}
	for pid, want := range map[int][]string{30: {"b", "a", "System"}, 40: nil, 4: nil, 60: {"loop"}} {
		var got []string
		for _, a := range lineageOf(all[pid], all) {
			got = append(got, a.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("ancestors of %d: %v; want %v", pid, got, want)
		}
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add(append(tableEntry(0, 600, born(4, 0, 0, "System")), tableEntry(600, 0, born(8, 4, 5, "x.exe"))...), uint64(tableBase))
	f.Fuzz(func(t *testing.T, b []byte, base uint64) {
		before := bytes.Clone(b)
		all, err := parseTable(b, base)
		if err == nil && len(all) > len(b)/entrySize {
			t.Errorf("%d processes in %d bytes", len(all), len(b))
		}
		for pid, e := range all {
			if e.cpu < 0 {
				t.Errorf("process %d ran for %v", pid, e.cpu)
			}
		}
		if !bytes.Equal(before, b) {
			t.Error("the table was written to")
		}
	})
}
