// Package view writes results: as a table, JSON, CSV and more. Whatever other
// programs chose (names, arguments, directories) is made harmless here, in
// every format, before anyone sees it.
package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A Format is a way to write results.
type Format struct {
	Name string
	Doc  string // one line, without capital or full stop

	TakesColumns bool // has columns, which can be chosen and sorted by
	TakesGroups  bool // can have a heading above rows that belong together
	TellsGaps    bool // writes gaps itself; where false, the caller writes Remarks

	snapshot func(io.Writer, limen.Snapshot, Options) error
	verdicts func(io.Writer, []limen.Verdict, Options) error
	numbers  func(io.Writer, limen.Numbers, Options) error
	renewal  func(io.Writer, limen.Renewal, Options) error
	waited   func(io.Writer, limen.Waited, Options) error
	report   func(io.Writer, report, Options) error

	newsHeader func(io.Writer) error // nil where there is none
	event      func(io.Writer, limen.Event, Options) error
	newsGaps   func(io.Writer, []limen.Gap) error // nil where events have no gaps beside them
}

// Formats are all formats, the usual one first.
var Formats = []Format{Table, JSON, NDJSON, CSV, TSV}

var (
	Table = Format{
		Name: "table", Doc: "for people; it may change",
		TakesColumns: true, TakesGroups: true,
		snapshot: tableSnapshot, verdicts: proseVerdicts, numbers: proseNumbers, renewal: proseRenewal, waited: proseWaited, report: proseReport, event: proseEvent,
	}
	JSON = Format{
		Name: "json", Doc: "the whole answer as one object; it only grows",
		TellsGaps: true,
		snapshot:  jsonSnapshot, verdicts: jsonVerdicts, numbers: jsonNumbers, renewal: jsonRenewal, waited: jsonWaited, report: jsonReport, event: jsonEvent,
	}
	NDJSON = Format{
		Name: "ndjson", Doc: "one object a line: each listener, connection, cause and gap",
		TellsGaps: true,
		snapshot:  ndjsonSnapshot, verdicts: ndjsonVerdicts, numbers: ndjsonNumbers, renewal: ndjsonRenewal, waited: ndjsonWaited, report: ndjsonReport,
		event: ndjsonEvent, newsGaps: ndjsonGaps,
	}
	CSV = Format{
		Name: "csv", Doc: "a header, then one line each (RFC 4180)",
		TakesColumns: true,
		snapshot:     commas.snapshot, verdicts: commas.verdicts, numbers: commas.numbers, renewal: commas.renewal, waited: commas.waited, report: commas.report,
		newsHeader: commas.newsHeader, event: commas.event,
	}
	TSV = Format{
		Name: "tsv", Doc: "the same with tabs between the values, and no quotes",
		TakesColumns: true,
		snapshot:     tabs.snapshot, verdicts: tabs.verdicts, numbers: tabs.numbers, renewal: tabs.renewal, waited: tabs.waited, report: tabs.report,
		newsHeader: tabs.newsHeader, event: tabs.event,
	}
)

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	var names []string
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("%q is not a format; formats are %s", name, strings.Join(names, ", "))
}

// Options say how to write. The zero value writes to a pipe: whole, without
// colour, with absolute times.
type Options struct {
	Width   int      // columns of the terminal; 0 if it is none, and then nothing is cut
	Color   bool     // words carry the meaning; colour only helps to find it
	Columns []string // names of Columns; empty means the usual ones
	Sort    string   // a column's name, after a minus sign the other way round; empty means port
	Group   string   // the column whose values become headings; empty means none
	Home    string   // the user's directory, shown as ~ on a terminal

	Zone *time.Location // where the clock of a terminal's user is; nil means UTC
}

func (o Options) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}

// Snapshot writes what was seen of a machine.
func Snapshot(w io.Writer, s limen.Snapshot, f Format, o Options) error {
	return f.snapshot(w, s, o)
}

// Verdicts writes whether ports can be had, and why not.
func Verdicts(w io.Writer, all []limen.Verdict, f Format, o Options) error {
	return f.verdicts(w, all, o)
}

// A page gathers text that is written at once, so that an answer is whole or
// not there, and writing can fail in one place only.
type page struct {
	strings.Builder
}

// linef adds a line. Trailing spaces, which padding leaves, are cut off.
func (p *page) linef(format string, args ...any) {
	p.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.WriteByte('\n')
}

func (p *page) to(w io.Writer) error {
	if p.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(w, p.String())
	return err
}
