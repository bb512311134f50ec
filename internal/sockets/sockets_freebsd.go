package sockets

import (
	"context"
	"os"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// sources are the ways to read the tables.
var sources = []source{
	{"pcblist", readPCBs},
}

// finders are the ways to find holders.
var finders = []finder{
	{"kern.file", told(findByFile)},
	// kern.proc.filedesc is left out: it tells the same of one process at a
	// time, and not to everyone.
}

// What sockets_bsd.go needs of this system.
const (
	pcbTable     = "pcblist"
	processTable = "kern.proc.proc" // without a row for each thread
)

// processLayout is that of the rows of processTable.
var processLayout = kinfoOfFreeBSD

// rowsOf reads the bytes of pcbTable.
func rowsOf(b []byte, t limen.Transport, zone func(uint16) string) ([]pcbRow, error) {
	return parsePCBList(b, t, zone)
}

// findByFile reads the table of all descriptors of all processes.
func findByFile(ctx context.Context, _ Reader, s *search) error {
	before, err := kinfos()
	if err != nil {
		return err
	}
	b, err := readSysctl("kern.file")
	if err != nil {
		return err
	}
	files, err := parseFiles(b)
	if err != nil {
		return err
	}
	var rows []pcbRow
	for _, t := range []limen.Transport{limen.TCP, limen.UDP} {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := pcbs(t)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	after, err := kinfos()
	if err != nil {
		return err
	}
	s.confirm(s.claims(files, rows), before, after)
	s.blind = hidesOthers()
	return nil
}

// hidesOthers reports whether the system shows users only what is their own
// (security(7)). Then it hides the sockets of others, too.
func hidesOthers() bool {
	shown, err := unix.SysctlUint32("security.bsd.see_other_uids")
	return err == nil && shown == 0 && os.Geteuid() != 0
}

// guess finds nobody: whom the system hides has left no trace in the tables.
func guess(context.Context, Reader, *search, []int) {}
