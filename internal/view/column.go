package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Column is one thing to say about each row of a table.
type Column struct {
	Name  string // as it is asked for, and the header of CSV; it stays
	Title string // the header of a table
	Doc   string // one line, without capital or full stop

	show    func(row, form) string
	compare func(a, b row) int // nil compares what is shown
	plain   func(row) bool     // says nothing worth a column; nil means that it shows nothing
	tint    func(row) style    // nil means none
	cut     bool               // may be shortened on a terminal: words, never an address or a number
	groups  bool               // its values can be headings
}

// A form is for whom values are written.
type form struct {
	data bool      // for a program: numbers without units
	home string    // the directory to call ~; empty if none
	now  time.Time // the moment of the snapshot
}

// Columns are all columns, in the order their help lists them.
var Columns = []Column{
	{Name: "port", Title: "PORT", Doc: "the port; /udp follows where it is not TCP", show: portCell, compare: byEndpoint},
	{Name: "address", Title: "ADDRESS", Doc: "where it waits; for :: also whether IPv4 is answered", show: addressCell, compare: byAddress},
	{Name: "peer", Title: "PEER", Doc: "the other end of a connection", show: peerCell, compare: byPeer},
	{Name: "reach", Title: "REACH", Doc: "how far away a peer can be: self, machine, network or world", show: reachCell, compare: byReach, tint: reachTint, groups: true},
	{Name: "state", Title: "STATE", Doc: "where the socket is in its life", show: stateCell, plain: isUsualState, groups: true},
	{Name: "service", Title: "SERVICE", Doc: "what speaks there, with product and version (needs --identify)", show: serviceCell, cut: true, groups: true},
	{Name: "tls", Title: "TLS", Doc: "the version of TLS it is spoken in (needs --identify)", show: tlsCell, groups: true},
	{Name: "backlog", Title: "BACKLOG", Doc: "connections that wait to be accepted, of how many that may", show: backlogCell, compare: byBacklog},
	{Name: "user", Title: "USER", Doc: "who created the socket", show: userCell, groups: true},
	{Name: "project", Title: "PROJECT", Doc: "whose directory the owner works in, with branch and worktree", show: projectCell, cut: true, groups: true},
	{Name: "framework", Title: "FRAMEWORK", Doc: "what the owner seems to be built with", show: frameworkCell, groups: true},
	{Name: "keeper", Title: "KEEPER", Doc: "what would start the owner again, or what it runs in", show: keeperCell, cut: true, groups: true},
	{Name: "owner", Title: "OWNER", Doc: "the processes that answer, with their PIDs", show: ownerCell, cut: true},
	{Name: "up", Title: "UP", Doc: "how long the first owner runs", show: upCell, compare: func(a, b row) int { return byStart(b, a) }},
	{Name: "started", Title: "STARTED", Doc: "when it was started", show: startedCell, compare: byStart},
	{Name: "pid", Title: "PID", Doc: "the PID of each owner, without workers", show: pidCell, compare: byPID},
	{Name: "cpu", Title: "CPU", Doc: "processor time of all owners, as a share of one processor (needs --usage)", show: cpuCell, compare: byCPU},
	{Name: "memory", Title: "MEMORY", Doc: "resident memory of all owners; what they share counts for each (needs --usage)", show: memoryCell, compare: byMemory},
	{Name: "command", Title: "COMMAND", Doc: "the first owner's program and arguments", show: commandCell, cut: true},
	{Name: "executable", Title: "EXECUTABLE", Doc: "the first owner's program file", show: executableCell, cut: true},
	{Name: "directory", Title: "DIRECTORY", Doc: "where the first owner works", show: directoryCell, cut: true},
	{Name: "endpoint", Title: "ENDPOINT", Doc: "transport, address and port in one, as in JSON", show: endpointCell, compare: byEndpoint},
	{Name: "transport", Title: "TRANSPORT", Doc: "tcp or udp", show: transportCell, groups: true},
	{Name: "families", Title: "FAMILIES", Doc: "the versions of IP it answers", show: familiesCell},
	{Name: "namespace", Title: "NAMESPACE", Doc: "the network namespace, as /proc/PID/ns/net shows it", show: namespaceCell, groups: true},
	{Name: "socket", Title: "SOCKET", Doc: "the kernel's number of the socket", show: socketCell},
}

// The usual columns. What differs from run to run stands last.
var (
	onTerminal = []string{"port", "address", "peer", "reach", "state", "service", "user", "project", "keeper", "cpu", "memory", "owner", "up"}
	onPipe     = []string{"port", "address", "peer", "reach", "state", "service", "user", "project", "keeper", "cpu", "memory", "owner", "started"}
	inData     = []string{"transport", "port", "address", "families", "peer", "reach", "state", "user", "project", "keeper", "owner", "pid", "started", "cpu", "memory"}
)

// FindColumn returns the column of a name.
func FindColumn(name string) (Column, error) {
	for _, c := range Columns {
		if c.Name == name {
			return c, nil
		}
	}
	return Column{}, fmt.Errorf("%q is not a column; columns are %s", name, strings.Join(columnNames(nil), ", "))
}

// FindGroup returns the column of a name, if its values can be headings.
func FindGroup(name string) (Column, error) {
	c, err := FindColumn(name)
	if err == nil && c.groups {
		return c, nil
	}
	return Column{}, fmt.Errorf("%q makes no groups; these do: %s", name, strings.Join(GroupNames(), ", "))
}

// GroupNames are the names of all columns whose values can be headings.
func GroupNames() []string { return columnNames(func(c Column) bool { return c.groups }) }

func columnNames(keep func(Column) bool) (names []string) {
	for _, c := range Columns {
		if keep == nil || keep(c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// findColumns returns the columns that are asked for, or else the usual ones.
func findColumns(asked, usual []string) ([]Column, error) {
	if len(asked) == 0 {
		asked = usual
	}
	columns := make([]Column, len(asked))
	for i, name := range asked {
		c, err := FindColumn(name)
		if err != nil {
			return nil, err
		}
		columns[i] = c
	}
	return columns, nil
}

// order sorts rows by a column, after a minus sign the other way round. Rows
// of which it says nothing come last, and equal ones are in the order of
// their endpoints.
func order(rows []row, by string, f form) error {
	slices.SortStableFunc(rows, byPlace)
	if by == "" {
		return nil
	}
	name, isReverse := strings.CutPrefix(by, "-")
	c, err := FindColumn(name)
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		x, y := c.show(a, f), c.show(b, f)
		switch {
		case x == "" || y == "":
			return cmp.Compare(emptiness(x), emptiness(y))
		case isReverse:
			return c.order(b, a, y, x)
		}
		return c.order(a, b, x, y)
	})
	return nil
}

// order compares two rows of which the column shows x and y.
func (c Column) order(a, b row, x, y string) int {
	if c.compare != nil {
		return c.compare(a, b)
	}
	return cmp.Compare(strings.ToLower(x), strings.ToLower(y))
}

func emptiness(s string) int {
	if s == "" {
		return 1
	}
	return 0
}
