package registry

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A List is IANA's official list of service names and port numbers, as its
// CSV file has it. It does not change once read, and is safe for several
// goroutines.
type List struct {
	Source string // where it is from, in words, such as "IANA, 2026-02-13"

	rows    int     // that are about ports; IANA has one for each transport
	newest  string  // the latest date in it
	singles []entry // of one port, by port
	ranges  []entry // of several, by first port
	covered int     // how many numbers the ranges have together
}

// What a list may at most be, so that neither reading nor searching it can
// take long. The real one had 1.2 MB, 14,500 rows, at most seven rows for a
// port, and ranges of 351 numbers in 2026.
const (
	maxCSV        = 16 << 20
	maxCSVRows    = 100_000
	maxCSVCovered = 1 << 16
	maxJoined     = 16 // how many entries of a port are compared to join a row
)

// csvColumns are the columns that are read, which the official file begins
// with; those after them are not.
var csvColumns = []string{
	"Service Name", "Port Number", "Transport Protocol", "Description", "Assignee",
	"Contact", "Registration Date", "Modification Date", "Reference",
}

// ReadCSV reads the official file, which is at
// https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.csv.
// Names without a port number and numbers that are merely unassigned are left
// out. Source is for the caller to fill in.
func ReadCSV(r io.Reader) (*List, error) {
	limited := &io.LimitedReader{R: r, N: maxCSV + 1}
	rows := csv.NewReader(limited)
	rows.ReuseRecord = true
	if err := checkHeader(rows); err != nil {
		return nil, err
	}
	var l List
	for n := 0; ; n++ {
		row, err := rows.Read()
		if limited.N == 0 || n == maxCSVRows {
			return nil, fmt.Errorf("the list is too long to be IANA's: more than %d bytes or %d rows", maxCSV, maxCSVRows)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err // already says "record on line N"
		}
		if err := l.add(row); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if l.Len() == 0 {
		return nil, errors.New("the list has no port in it")
	}
	byPort := func(a, b entry) int { return cmp.Compare(a.port, b.port) }
	slices.SortStableFunc(l.singles, byPort)
	slices.SortStableFunc(l.ranges, byPort)
	l.singles, l.ranges = joined(l.singles), joined(l.ranges)
	return &l, nil
}

// checkHeader reads the first row. That every row then has as many fields is
// the csv package's doing.
func checkHeader(rows *csv.Reader) error {
	header, err := rows.Read()
	if err == io.EOF {
		return errors.New("the list is empty")
	}
	if err != nil {
		return err
	}
	for i, want := range csvColumns {
		if i >= len(header) || header[i] != want {
			return fmt.Errorf("the list is not IANA's list of service names: column %d is not %q", i+1, want)
		}
	}
	return nil
}

// add takes in a row, if it is about ports.
func (l *List) add(row []string) error {
	e := limen.Registration{
		Name:        oneLine(row[0]),
		Description: oneLine(row[3]),
		Assignee:    people(row[4]),
		Contact:     people(row[5]),
		Registered:  oneLine(row[6]),
		Modified:    oneLine(row[7]),
		Reference:   bracketed(row[8]),
	}
	if t := oneLine(row[2]); t != "" {
		if !slices.Contains(transports[:], t) {
			return fmt.Errorf("%q is not a transport; they are %s", t, strings.Join(transports[:], ", "))
		}
		e.Transports = []string{t}
	}
	ports := oneLine(row[1])
	unassigned := e.Name == "" && strings.EqualFold(e.Description, "unassigned")
	if ports == "" || unassigned {
		return nil
	}
	l.rows++
	l.newest = max(l.newest, dated(e.Registered), dated(e.Modified))
	from, to, isRange := strings.Cut(ports, "-")
	first, err := strconv.ParseUint(from, 10, 16)
	if err != nil {
		return fmt.Errorf("%q is not a port or a range of ports", ports)
	}
	if !isRange {
		l.singles = append(l.singles, entry{uint16(first), e})
		return nil
	}
	last, err := strconv.ParseUint(to, 10, 16)
	if err != nil || first == 0 || last <= first {
		return fmt.Errorf("%q is not a port or a range of ports", ports)
	}
	if l.covered += int(last-first) + 1; l.covered > maxCSVCovered {
		return fmt.Errorf("the ranges up to %q cover more numbers than there are ports", ports)
	}
	e.Ports = limen.PortRange{From: uint16(first), To: uint16(last)}
	l.ranges = append(l.ranges, entry{uint16(first), e})
	return nil
}

// joined makes one entry of those that differ in the transport only. IANA has
// a row for each.
func joined(all []entry) []entry {
	kept := all[:0]
	begin := 0 // of the entries of this port
next:
	for _, e := range all {
		if begin < len(kept) && kept[begin].port != e.port {
			begin = len(kept)
		}
		for i := max(begin, len(kept)-maxJoined); i < len(kept); i++ {
			if k := &kept[i].entry; alike(*k, e.entry) {
				k.Transports = append(k.Transports, e.entry.Transports...)
				continue next
			}
		}
		kept = append(kept, e)
	}
	return kept
}

// alike reports whether two entries are the same but for the transport, and
// both have one.
func alike(a, b limen.Registration) bool {
	return len(a.Transports) > 0 && len(b.Transports) > 0 && !slices.Contains(a.Transports, b.Transports[0]) &&
		a.Name == b.Name && a.Description == b.Description && a.Ports == b.Ports &&
		a.Assignee == b.Assignee && a.Contact == b.Contact &&
		a.Registered == b.Registered && a.Modified == b.Modified && a.Reference == b.Reference
}

// Len is the number of entries. Whoever replaces a list can tell by it whether
// the new one was cut off.
func (l *List) Len() int { return len(l.singles) + len(l.ranges) }

func (l *List) source() string { return l.Source }

func (l *List) date() string { return l.newest }

// at returns the entries that cover a port.
func (l *List) at(port uint16) ([]limen.Registration, error) {
	var found []limen.Registration
	i, _ := slices.BinarySearchFunc(l.singles, port, func(e entry, port uint16) int {
		return cmp.Compare(e.port, port)
	})
	for ; i < len(l.singles) && l.singles[i].port == port; i++ {
		found = append(found, l.singles[i].entry)
	}
	for _, e := range l.ranges {
		if e.entry.Ports.Contains(port) {
			found = append(found, e.entry)
		}
	}
	return found, nil
}

// all yields every entry with the first port it covers, and those of one port
// in the order of at.
func (l *List) all() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for _, e := range slices.Concat(l.singles, l.ranges) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// dated returns a date of the list if it is a whole one, and nothing for one
// like 2002-05, which is none to compare by.
func dated(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

// oneLine is foreign text on one line, in valid UTF-8, so that it survives
// JSON unchanged.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

// bracketed reads a list of references: "[RFC8765][RFC9110]".
func bracketed(s string) string {
	s = strings.ReplaceAll(oneLine(s), "][", ", ")
	return strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
}

// people reads a list of people: "[Greg_Hudson_2][Tom_Lake]". A number behind
// a name is IANA's, to tell apart two of the same name.
func people(s string) string {
	var names []string
	for name := range strings.SplitSeq(bracketed(s), ", ") {
		name = oneLine(strings.ReplaceAll(name, "_", " "))
		i := strings.LastIndexByte(name, ' ')
		if _, err := strconv.ParseUint(name[i+1:], 10, 16); err == nil && i > 0 {
			name = name[:i]
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
