package sockets

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestASearchSaysWhyNobodyIsKnown(t *testing.T) {
	here := limen.MustParseEndpoint("tcp/127.0.0.1:3000")
	for name, test := range map[string]struct {
		search   search
		hidden   bool
		why, ask string
	}{
		"closed processes": {search{closed: []int{7}}, true, "root", ""},
		"unseen processes": {search{blind: true}, true, "root", ""},
		"broken off":       {search{partial: true}, true, "ended before", "ask again"},
		"all looked into":  {search{}, false, "no process", ""},
	} {
		s := newSearch([]Socket{{Local: here, Number: 1}, {Local: here, Number: 2}, {Local: here}})
		s.closed, s.blind, s.partial = test.search.closed, test.search.blind, test.search.partial
		gaps := s.settle(t.Context(), Reader{})
		if len(gaps) != 1 || gaps[0].What != "who holds 2 sockets, tcp/127.0.0.1:3000 the first" ||
			!strings.Contains(gaps[0].Why, test.why) || !strings.Contains(gaps[0].Next, test.ask) {
			t.Errorf("%s: gaps %+v", name, gaps)
		}
		if got := s.socks[0].Absence == Hidden; got != test.hidden || s.socks[1].Absence == NotAbsent {
			t.Errorf("%s: absence %v", name, s.socks[0].Absence)
		}
		if s.socks[2].Absence != NotAbsent {
			t.Errorf("%s: a socket that no process can hold is missed", name)
		}
	}
}

func TestASecondDescriptorIsNoSecondHolder(t *testing.T) {
	s := newSearch([]Socket{{Number: 9}})
	for _, id := range []limen.ProcessID{{PID: 3, Birth: 1}, {PID: 2, Birth: 1}, {PID: 3, Birth: 1}} {
		s.found(0, id)
	}
	if gaps := s.settle(t.Context(), Reader{}); len(gaps) > 0 || !s.complete() {
		t.Errorf("gaps %+v", gaps)
	}
	if h := s.socks[0].Holders; len(h) != 2 || h[0].PID != 2 || h[1].PID != 3 {
		t.Errorf("holders %+v; want 2 and 3", h)
	}
}

func TestAHolderThatIsKnownIsNotLookedFor(t *testing.T) {
	known := Holder{limen.ProcessID{PID: 3, Birth: 1}, limen.Proved}
	socks := []Socket{{Number: 1, Holders: []Holder{known}}, {}}
	if gaps := (Reader{Proc: t.TempDir()}).FindHolders(t.Context(), socks); len(gaps) > 0 {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestWhereNoWayToTheHoldersWorksNobodyIsNotTheAnswer(t *testing.T) {
	socks := []Socket{{Number: 1}}
	gaps := Reader{Proc: t.TempDir() + "/missing"}.FindHolders(t.Context(), socks)
	if len(gaps) == 0 || socks[0].Absence != Hidden {
		t.Errorf("%+v, gaps %+v", socks[0], gaps)
	}
}

// An MPTCP socket has a row for each subflow, all with its one number.
func TestEveryRowOfASocketHasItsHolders(t *testing.T) {
	holder := limen.ProcessID{PID: 7, Birth: 70}
	s := newSearch([]Socket{{Number: 1}, {Number: 2}, {Number: 1}, {}})
	s.found(s.wanted[1], holder)
	s.found(s.wanted[2], holder)
	if gaps := s.settle(t.Context(), Reader{}); len(gaps) > 0 {
		t.Errorf("gaps where there should be none: %+v", gaps)
	}
	want := Holder{holder, limen.Proved}
	for i, k := range s.socks[:3] {
		if len(k.Holders) != 1 || k.Holders[0] != want {
			t.Errorf("row %d is held by %v, want %v", i, k.Holders, want)
		}
	}
	if len(s.socks[3].Holders) > 0 {
		t.Errorf("a socket that no process can hold is held by %v", s.socks[3].Holders)
	}
}
