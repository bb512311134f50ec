package sockets

import (
	"bytes"
	"encoding/binary"
	"maps"
	"testing"
)

// runEntry is one process of the system's table, which ends in its threads.
func runEntry(next uint32, pid, parent int, birth uint64) []byte {
	b := make([]byte, max(int(next), runSize))
	binary.LittleEndian.PutUint32(b[runNext:], next)
	binary.LittleEndian.PutUint64(b[runBirth:], birth)
	binary.LittleEndian.PutUint64(b[runPID:], uint64(pid))
	binary.LittleEndian.PutUint64(b[runParent:], uint64(parent))
	return b
}

func TestParseRunsFollowsTheOffsets(t *testing.T) {
	table := bytes.Join([][]byte{runEntry(256, 0, 0, 0), runEntry(320, 4, 0, 0), runEntry(0, 4368, 4, 133000000000000000)}, nil)
	got, err := parseRuns(table)
	want := map[int]run{0: {}, 4: {}, 4368: {133000000000000000, 4}}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	tooFar := runEntry(0, 1, 0, 0)
	binary.LittleEndian.PutUint32(tooFar, 1<<31)
	for _, bad := range [][]byte{nil, table[:runSize-1], table[:300], runEntry(8, 1, 0, 0), tooFar} {
		if got, err := parseRuns(bad); err == nil {
			t.Errorf("%d bytes gave %v; want an error", len(bad), got)
		}
	}
}

func FuzzParseRuns(f *testing.F) {
	f.Add(append(runEntry(128, 4, 0, 0), runEntry(0, 8, 4, 5)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if runs, err := parseRuns(b); err == nil && len(runs) > len(b)/runSize {
			t.Errorf("%d processes in %d bytes", len(runs), len(b))
		}
	})
}
