package sockets

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// made is the row of a listener that process pid bound at a time.
func made(pid int, at uint64) tableRow {
	return tableRow{Socket{Local: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), State: limen.Listening}, pid, at}
}

func proved(pid int, birth uint64) []Holder {
	return []Holder{{limen.ProcessID{PID: pid, Birth: birth}, limen.Proved}}
}

func TestProveRefusesAReusedPID(t *testing.T) {
	for _, test := range []struct {
		name          string
		row           tableRow
		before, after map[int]run
		want          []Holder
	}{
		{"it was there before the socket", made(7, 100), nil, map[int]run{7: {birth: 50}}, proved(7, 50)},
		{"it began after the socket was bound", made(7, 100), map[int]run{7: {birth: 150}}, map[int]run{7: {birth: 150}}, nil},
		{"it has ended", made(7, 100), map[int]run{7: {birth: 50}}, nil, nil},
		{"the time is not told, and it was there all the while", made(7, 0), map[int]run{7: {birth: 50}}, map[int]run{7: {birth: 50}}, proved(7, 50)},
		{"the time is not told, and it is new", made(7, 0), nil, map[int]run{7: {birth: 50}}, nil},
		{"the time is not told, and the number changed hands", made(7, 0), map[int]run{7: {birth: 50}}, map[int]run{7: {birth: 60}}, nil},
		{"the table names nobody", made(0, 100), map[int]run{0: {}}, map[int]run{0: {}}, nil},
	} {
		rows := []tableRow{test.row}
		prove(rows, test.before, test.after)
		if diff := cmp.Diff(test.want, rows[0].Holders); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if absent := rows[0].Absence == Hidden; absent != (test.want == nil) {
			t.Errorf("%s: absence %v", test.name, rows[0].Absence)
		}
	}
}

func TestASocketInTimeWaitLacksNobody(t *testing.T) {
	row := made(0, 0)
	row.State = limen.TimeWait
	rows := []tableRow{row}
	if n := prove(rows, nil, nil); n != 0 || rows[0].Absence != NotAbsent {
		t.Errorf("%d unproved, absence %v", n, rows[0].Absence)
	}
}

func TestHeirsOfAnEndedMakerAreItsChildren(t *testing.T) {
	rows := []tableRow{made(7, 100), made(7, 110)}
	runs := map[int]run{
		8:  {birth: 120, parent: 7}, // inherited both
		9:  {birth: 105, parent: 7}, // was there before the second
		10: {birth: 50, parent: 7},  // was there before either
		11: {birth: 130, parent: 4},
	}
	prove(rows, runs, runs)
	gaps := heirs(rows, runs)
	candidate := func(pid int, birth uint64) Holder {
		return Holder{limen.ProcessID{PID: pid, Birth: birth}, limen.Candidate}
	}
	if diff := cmp.Diff([]Holder{candidate(8, 120), candidate(9, 105)}, rows[0].Holders); diff != "" {
		t.Errorf("first socket (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Holder{candidate(8, 120)}, rows[1].Holders); diff != "" {
		t.Errorf("second socket (-want +got):\n%s", diff)
	}
	if len(gaps) != 1 || !strings.Contains(gaps[0].What, "2 sockets") || !strings.Contains(gaps[0].Why, "process 7") {
		t.Errorf("gaps %v; want one, of two sockets, that names process 7", gaps)
	}
}

func TestHeirsAreNotTheChildrenOfTheNextRunWithTheNumber(t *testing.T) {
	rows := []tableRow{made(7, 100)}
	runs := map[int]run{7: {birth: 200}, 8: {birth: 150, parent: 7}, 9: {birth: 250, parent: 7}}
	prove(rows, runs, runs)
	heirs(rows, runs)
	if len(rows[0].Holders) != 1 || rows[0].Holders[0].PID != 8 {
		t.Errorf("holders %v; want process 8 alone", rows[0].Holders)
	}
}

func TestTooManyHeirsAreNone(t *testing.T) {
	runs := map[int]run{}
	for pid := 10; len(runs) <= maxHeirs; pid++ {
		runs[pid] = run{birth: 200, parent: 7}
	}
	rows := []tableRow{made(7, 100)}
	prove(rows, runs, runs)
	if gaps := heirs(rows, runs); len(rows[0].Holders) != 0 || len(gaps) != 1 {
		t.Errorf("holders %v, gaps %v; want none, and one", rows[0].Holders, gaps)
	}
}

func TestJoinKeepsEveryHolderOfASharedEndpoint(t *testing.T) {
	rows := []tableRow{made(7, 100), made(8, 110), made(7, 120)}
	runs := map[int]run{7: {birth: 1}, 8: {birth: 2}}
	prove(rows, runs, runs)
	socks := join(rows)
	if len(socks) != 1 {
		t.Fatalf("%d sockets; want one", len(socks))
	}
	if diff := cmp.Diff(append(proved(7, 1), proved(8, 2)...), socks[0].Holders); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
}
