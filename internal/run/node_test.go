package run

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// row is /proc/PID/stat of a process, as Linux 6.18 writes it.
func row(name string, state byte, parent, group, session, threads, birth int) string {
	return fmt.Sprintf("7 (%s) %c %d %d %d 34816 7 4194304 102 0 0 0 0 0 0 0 20 0 %d 0 %d 2646016 384 18446744073709551615 1 1 0\n", name, state, parent, group, session, threads, birth)
}

func TestAProcessIsReadWhateverItCallsItself(t *testing.T) {
	for _, c := range []struct {
		text string
		want node
	}{
		{row("sh", 'S', 1, 7, 6, 1, 99), node{ProcessID: limen.ProcessID{PID: 7, Birth: 99}, parent: 1, group: 7, session: 6, threads: 1}},
		{row(") R 8 (\n", 'S', 1, 7, 6, 1, 99), node{ProcessID: limen.ProcessID{PID: 7, Birth: 99}, parent: 1, group: 7, session: 6, threads: 1}},
		{row("sh", 'Z', 1, 7, 6, 1, 99), node{ProcessID: limen.ProcessID{PID: 7, Birth: 99}, parent: 1, group: 7, session: 6, threads: 1, ended: true}},
		{row("sh", 'Z', 1, 7, 6, 2, 99), node{ProcessID: limen.ProcessID{PID: 7, Birth: 99}, parent: 1, group: 7, session: 6, threads: 2}},
		{row("kernel", 'S', 0, 0, 0, 1, 3), node{ProcessID: limen.ProcessID{PID: 7, Birth: 3}, threads: 1}},
	} {
		got, err := parseNode(7, []byte(c.text))
		if err != nil || got != c.want {
			t.Errorf("%q: %+v, %v; want %+v", c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "7 (sh", "7 (sh)", "7 (sh) S 1 2 x", "7 (sh) S 1 2 3 4"} {
		if n, err := parseNode(7, []byte(bad)); err == nil {
			t.Errorf("%q: %+v", bad, n)
		}
	}
}

func TestChildrenAreReadInPieces(t *testing.T) {
	for text, want := range map[string]struct {
		pids []int
		rest string
	}{
		"":                              {nil, ""},
		"12 13 ":                        {[]int{12, 13}, ""},
		"12 13":                         {[]int{12}, "13"},
		"12 x 0 -4 14 ":                 {[]int{12, 14}, ""},
		"99999999999999999999999999 3 ": {[]int{3}, ""},
	} {
		pids, rest := parseChildren(nil, []byte(text))
		if !slices.Equal(pids, want.pids) || string(rest) != want.rest {
			t.Errorf("%q: %v, %q; want %v", text, pids, rest, want)
		}
	}
}

// born is a process of a table.
func born(pid, parent, group int) node {
	return node{ProcessID: limen.ProcessID{PID: pid, Birth: uint64(pid)}, parent: parent, group: group, threads: 1}
}

func TestATreeIsFoundInATable(t *testing.T) {
	zombie := born(13, 10, 10)
	zombie.ended = true
	all := []node{born(12, 11, 11), born(1, 0, 1), born(11, 10, 11), born(10, 1, 10), zombie, born(20, 1, 20), born(30, 1, 11), born(31, 30, 31)}
	pids := func(nodes []node) (all []int) {
		for _, n := range nodes {
			all = append(all, n.PID)
		}
		return all
	}
	never := func(node) bool { return false }
	if diff := cmp.Diff([]int{11, 12}, pids(below(all, 10, never))); diff != "" {
		t.Errorf("below 10 (-want +got):\n%s", diff)
	}
	known := func(n node) bool { return n.group == 11 }
	if diff := cmp.Diff([]int{11, 12, 30, 31}, pids(below(all, 10, known))); diff != "" {
		t.Errorf("with what is in the group (-want +got):\n%s", diff)
	}
	circle := []node{born(2, 3, 2), born(3, 2, 3)}
	if got := pids(below(circle, 2, never)); !slices.Equal(got, []int{3}) {
		t.Errorf("a circle: %v", got)
	}
}

func FuzzParseNode(f *testing.F) {
	f.Add([]byte(row(") R (", 'S', 1, 2, 3, 4, 5)), []byte("12 13 1"))
	f.Fuzz(func(t *testing.T, stat, children []byte) {
		parseNode(7, stat)
		pids, rest := parseChildren(nil, children)
		if len(pids) > len(children) || len(rest) > len(children) {
			t.Errorf("%q: %d children and %q left", children, len(pids), rest)
		}
		parseKinfos(stat)
	})
}

func TestFreeBSDsTableIsReadByItsLayout(t *testing.T) {
	b := make([]byte, 2*kinfoSize)
	for i, at := range []int{0, kinfoSize} {
		put := func(field, v int) { binary.LittleEndian.PutUint32(b[at+field:], uint32(v)) }
		put(0, kinfoSize)
		put(kinfoPID, 10+i)
		put(kinfoParent, 1)
		put(kinfoGroup, 10)
		put(kinfoSession, 9)
		put(kinfoStart, 2)
		put(kinfoStart+8, 5)
		b[at+kinfoState] = byte(3 + 2*i)
	}
	want := []node{
		{ProcessID: limen.ProcessID{PID: 10, Birth: 2000005}, parent: 1, group: 10, session: 9, threads: 1},
		{ProcessID: limen.ProcessID{PID: 11, Birth: 2000005}, parent: 1, group: 10, session: 9, threads: 1, ended: true},
	}
	if got, err := parseKinfos(b); err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if _, err := parseKinfos(b[:kinfoSize+5]); err == nil {
		t.Error("a row that is cut was read")
	}
	b[0]++
	if _, err := parseKinfos(b); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("another layout: %v", err)
	}
}
