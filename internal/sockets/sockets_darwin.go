package sockets

import (
	"context"

	"github.com/limenhq/limen"
)

// sources are the ways to read the tables.
var sources = []source{
	{"pcblist_n", readPCBs},        // everyone's sockets, for any user; but its structs are private to the system
	{"proc_info", readDescriptors}, // where those have changed: published structs, for what one may look into
}

// finders are the ways to find holders.
var finders = []finder{
	{"proc_info", told(findByDescriptor)},
}

// What sockets_bsd.go needs of this system.
const (
	pcbTable     = "pcblist_n"
	processTable = "kern.proc.all"
)

// processLayout is that of the rows of processTable.
var processLayout = kinfoOfMacOS

// rowsOf reads the bytes of pcbTable.
func rowsOf(b []byte, t limen.Transport, zone func(uint16) string) ([]pcbRow, error) {
	return parsePCBListN(b, t, zone)
}

// guess makes candidates of the processes that used the sockets last.
func guess(_ context.Context, _ Reader, s *search, unheld []int) {
	all, err := kinfos()
	if err != nil {
		return // a gap says already that nobody is known
	}
	for _, t := range []limen.Transport{limen.TCP, limen.UDP} {
		if rows, err := pcbs(t); err == nil {
			s.guess(unheld, rows, all)
		}
	}
}
