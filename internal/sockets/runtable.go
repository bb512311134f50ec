package sockets

import (
	"encoding/binary"
	"errors"
)

// A run is what Windows tells anyone about a process that has a number now.
type run struct {
	birth  uint64 // when it began, in units of 100 ns since 1601, UTC
	parent int    // the number of whoever started it, who may have ended since
}

// Where the fields stand in SYSTEM_PROCESS_INFORMATION of winternl.h, in a
// 64-bit process. The reference names NextEntryOffset and UniqueProcessId; the
// others have not moved since Windows 2000.
const (
	runNext   = 0
	runBirth  = 32 // CreateTime
	runPID    = 80 // UniqueProcessId
	runParent = 88 // InheritedFromUniqueProcessId
	runSize   = 96 // so far
)

var errRunTable = errors.New("the table of processes is not as expected")

// parseRuns reads the table of all processes, each row of which says how many
// bytes farther on the next one is.
func parseRuns(b []byte) (map[int]run, error) {
	runs := map[int]run{}
	for {
		if len(b) < runSize {
			return nil, errRunTable
		}
		pid := int(binary.LittleEndian.Uint64(b[runPID:]))
		runs[pid] = run{binary.LittleEndian.Uint64(b[runBirth:]), int(binary.LittleEndian.Uint64(b[runParent:]))}
		next := binary.LittleEndian.Uint32(b[runNext:])
		switch {
		case next == 0:
			return runs, nil
		case next < runSize || uint64(next) > uint64(len(b)):
			return nil, errRunTable
		}
		b = b[next:]
	}
}
