package run

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// A scene is what a census finds at one look, and what environments say.
type scene struct {
	nodes  []node
	tokens map[int]string
}

// staged is a tree that looks at scenes.
func staged(s *scene) *tree {
	return newTree(census{
		below:    func(int, func(node) bool) ([]node, error) { return s.nodes, nil },
		variable: func(pid int, _ string) string { return s.tokens[pid] },
	}, 2, time.Now)
}

// runsOf looks, and returns the run of each process.
func runsOf(t *testing.T, tr *tree) map[int]uint32 {
	t.Helper()
	all, err := tr.members(0)
	if err != nil {
		t.Fatal(err)
	}
	runs := map[int]uint32{}
	for _, m := range all {
		runs[m.PID] = m.run
	}
	return runs
}

func TestAProcessBelongsToWhomeverItCameOf(t *testing.T) {
	s := &scene{tokens: map[int]string{40: "outer:two:", 41: "other:"}}
	tr := staged(s)
	for run, token := range map[uint32]string{1: "one", 2: "two"} {
		tr.expect(run, token)
	}
	tr.add(limen.ProcessID{PID: 10, Birth: 10}, 1)
	tr.add(limen.ProcessID{PID: 20, Birth: 20}, 2)
	for _, step := range []struct {
		name  string
		nodes []node
		want  map[int]uint32
	}{
		{"children", []node{born(10, 2, 10), born(20, 2, 20), born(11, 10, 10), born(12, 11, 12)}, map[int]uint32{10: 1, 20: 2, 11: 1, 12: 1}},
		{"orphans that were seen", []node{born(20, 2, 20), born(12, 2, 12)}, map[int]uint32{20: 2, 12: 1}},
		{"one in a group that was", []node{born(20, 2, 20), born(13, 2, 12)}, map[int]uint32{20: 2, 13: 1}},
		{"one in the group of a program that has ended", []node{born(14, 2, 10), born(21, 2, 20)}, map[int]uint32{14: 1, 21: 2}},
		{"ones that nobody saw", []node{born(40, 2, 40), born(41, 2, 41), born(42, 2, 42)}, map[int]uint32{40: 2, 41: 0, 42: 0}},
	} {
		s.nodes = step.nodes
		if diff := cmp.Diff(step.want, runsOf(t, tr)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestWhatIsNobodysIsOfTheOnlyRun(t *testing.T) {
	s := &scene{nodes: []node{born(10, 2, 10), born(42, 2, 42)}}
	tr := staged(s)
	tr.expect(1, "one")
	tr.add(limen.ProcessID{PID: 10, Birth: 10}, 1)
	if own, err := tr.of(1, 0); err != nil || len(own) != 2 {
		t.Errorf("%v, %v; want both", own, err)
	}
	tr.expect(2, "two") // which may have been seen before its start was told
	if own, err := tr.of(1, 0); err != nil || len(own) != 1 {
		t.Errorf("%v, %v; want the program alone", own, err)
	}
}

func TestANumberThatIsGivenAgainBelongsToNobody(t *testing.T) {
	s := &scene{nodes: []node{born(10, 2, 10), born(11, 10, 11)}}
	tr := staged(s)
	tr.expect(1, "one")
	tr.add(limen.ProcessID{PID: 10, Birth: 10}, 1)
	runsOf(t, tr)
	tr.forget(1)
	s.nodes = nil
	for range mostMissed + 1 {
		runsOf(t, tr)
	}
	s.nodes = []node{{ProcessID: limen.ProcessID{PID: 11, Birth: 500}, parent: 2, group: 11}}
	if got := runsOf(t, tr); got[11] != 0 {
		t.Errorf("%v; want that it is nobody's", got)
	}
	if len(tr.seen) != 1 {
		t.Errorf("%d are remembered; want one", len(tr.seen))
	}
}

func TestALookIsSharedWhileItIsFresh(t *testing.T) {
	looks := 0
	now := time.Unix(1, 0)
	tr := newTree(census{
		below:    func(int, func(node) bool) ([]node, error) { looks++; return nil, nil },
		variable: func(int, string) string { return "" },
	}, 2, func() time.Time { return now })
	for _, after := range []time.Duration{0, time.Millisecond, fresh, 0} {
		now = now.Add(after)
		tr.members(fresh)
	}
	if looks != 2 {
		t.Errorf("%d looks; want 2", looks)
	}
	tr.members(0)
	tr.add(limen.ProcessID{PID: 10, Birth: 10}, 1)
	tr.members(fresh)
	if looks != 4 {
		t.Errorf("%d looks after one that was asked for and a start; want 4", looks)
	}
}
