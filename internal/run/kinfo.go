package run

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// Where the fields stand in struct kinfo_proc of FreeBSD's sys/user.h, from 12
// to 15, on processors of 64 bits with the low byte first.
const (
	kinfoSize    = 1088
	kinfoPID     = 72
	kinfoParent  = 76
	kinfoGroup   = 80
	kinfoSession = 88
	kinfoStart   = 336 // a struct timeval
	kinfoState   = 388
)

// zombie is SZOMB of sys/proc.h, alike on FreeBSD and macOS.
const zombie = 5

// parseKinfos reads FreeBSD's table of processes. Each row begins with its
// size.
func parseKinfos(b []byte) (all []node, err error) {
	for ; len(b) > 0; b = b[kinfoSize:] {
		if len(b) < kinfoSize {
			return nil, errors.New("the table of processes ends in the middle of a row")
		}
		word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
		if size := word(0); size != kinfoSize {
			return nil, fmt.Errorf("%w: a row of the table of processes has %d bytes; that of %d is known", errors.ErrUnsupported, size, kinfoSize)
		}
		start := binary.LittleEndian.Uint64(b[kinfoStart:])*1e6 + binary.LittleEndian.Uint64(b[kinfoStart+8:])
		all = append(all, node{
			ProcessID: limen.ProcessID{PID: int(int32(word(kinfoPID))), Birth: start},
			parent:    int(int32(word(kinfoParent))), group: int(int32(word(kinfoGroup))), session: int(int32(word(kinfoSession))),
			threads: 1, ended: b[kinfoState] == zombie,
		})
	}
	return all, nil
}
