package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/limenhq/limen"
)

// A separated format writes one line of values for each thing, after a header
// of the columns' names. Its columns do not depend on what is in them, so that
// a script can count on their places.
type separated struct {
	line func(w io.Writer, values []string) error
}

var (
	commas = separated{csvLine}
	tabs   = separated{tsvLine}
)

func csvLine(w io.Writer, values []string) error {
	c := csv.NewWriter(w)
	c.Write(values) // what fails is kept for Error
	c.Flush()
	return c.Error()
}

// tsvLine needs no quotes: no safe value has a tab or a line's end in it.
func tsvLine(w io.Writer, values []string) error {
	_, err := io.WriteString(w, strings.Join(values, "\t")+"\n")
	return err
}

// inert makes a value safe, and keeps a spreadsheet from running it. A cell
// that begins with one of these, in plain or full width, is a formula to
// common spreadsheets, and any process can call itself =HYPERLINK(…). The
// apostrophe in front, which they hide, makes it text. A script that needs the
// value untouched takes JSON.
func inert(s string) string {
	s = Safe(s)
	if s != "" && strings.ContainsRune("=+-@＝＋－＠", firstRune(s)) {
		return "'" + s
	}
	return s
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func (s separated) snapshot(w io.Writer, snap limen.Snapshot, o Options) error {
	columns, err := findColumns(o.Columns, inData)
	if err != nil {
		return err
	}
	f := form{data: true, now: snap.Time}
	rows := rowsOf(snap)
	if err := order(rows, o.Sort, f); err != nil {
		return err
	}
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.Name
	}
	var p page
	if err := s.line(&p, header); err != nil {
		return err
	}
	for _, r := range rows {
		values := make([]string, len(columns))
		for i, c := range columns {
			values[i] = inert(c.show(r, f))
		}
		if err := s.line(&p, values); err != nil {
			return err
		}
	}
	return p.to(w)
}

// verdictHeader are the columns of verdicts. A port without a cause has one
// line, with the rest empty.
var verdictHeader = []string{"transport", "port", "free", "tried", "kind", "blocks", "what", "endpoint", "owner", "pid", "next"}

func (s separated) verdicts(w io.Writer, all []limen.Verdict, o Options) error {
	var p page
	if err := s.line(&p, verdictHeader); err != nil {
		return err
	}
	for _, v := range all {
		causes := v.Causes
		if len(causes) == 0 {
			causes = []limen.Cause{{}}
		}
		for _, c := range causes {
			if err := s.line(&p, causeValues(v, c)); err != nil {
				return err
			}
		}
	}
	return p.to(w)
}

func causeValues(v limen.Verdict, c limen.Cause) []string {
	values := []string{
		v.Transport.String(), fmt.Sprint(v.Port), fmt.Sprint(v.Free), fmt.Sprint(v.Tried),
		string(c.Kind), fmt.Sprint(c.Blocks), c.What, "", "", "", c.Next,
	}
	if c.Kind == "" {
		values[5] = ""
	}
	if c.Endpoint != nil {
		values[7] = c.Endpoint.String()
	}
	if len(c.Owners) > 0 {
		r := row{owners: c.Owners}
		values[8], values[9] = ownersInWords(c.Owners), pidCell(r, form{data: true})
	}
	for i := range values {
		values[i] = inert(values[i])
	}
	return values
}
