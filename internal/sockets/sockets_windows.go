package sockets

import (
	"context"

	"github.com/limenhq/limen"
)

// sources are the ways to read the tables.
var sources = []source{
	{"iphlpapi", readTables}, // knows who made each socket, for any user
	// NSI is left out: netstat asks it, and is told of sockets that are bound
	// and do not listen, too; but it is not documented, and may change.
}

// finders is empty: the tables name who made each socket.
var finders []finder

// looks is how often the tables are read when processes begin or end
// meanwhile.
const looks = 3

// readTables reads the tables of this system with who made each socket.
func readTables(ctx context.Context, _ Reader, w Want) ([]Socket, []limen.Gap, error) {
	before, err := readRuns()
	if err != nil {
		return nil, nil, err
	}
	var rows []tableRow
	for range looks {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if rows, err = readRows(w); err != nil {
			return nil, nil, err
		}
		after, err := readRuns()
		if err != nil {
			return nil, nil, err
		}
		unproved := prove(rows, before, after)
		before = after
		if unproved == 0 {
			break
		}
	}
	gaps := heirs(rows, before)
	if w.Connections {
		gaps = append(gaps, limen.Gap{
			What: "TCP sockets that hold a port and neither listen nor are connected",
			Why:  "the system's table leaves them out",
			Next: "netstat -anoq, where they are BOUND",
		})
	}
	return join(rows), gaps, nil
}

// readRows reads the rows that are meant, of all tables that they can be in.
func readRows(w Want) (rows []tableRow, err error) {
	for _, l := range tableLayouts {
		if w.Transport != 0 && w.Transport != l.transport {
			continue
		}
		b, err := readTable(l, !w.Connections)
		if err != nil {
			return nil, err
		}
		more, err := parseTable(b, l)
		if err != nil {
			return nil, err
		}
		for _, row := range more {
			if w.keeps(row.Socket) {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// A machine has no other network namespaces that could be asked: those of
// Hyper-V and WSL are machines of their own.
func readElsewhere(context.Context, Reader, Want) ([]Socket, []limen.Gap) { return nil, nil }

func guess(context.Context, Reader, *search, []int) {}

func firstPIDNamespace(Reader) bool { return true }

func bridges(Reader) (map[string]bool, error) { return nil, nil }
