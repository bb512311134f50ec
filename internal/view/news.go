package view

import (
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A Stream writes what a watch tells, as it comes. Formats that have a header
// get it at the beginning.
type Stream struct {
	Out io.Writer // the events, and nothing else
	Err io.Writer // gaps, of formats that have no place for them

	Format  Format
	Options Options

	hasBegun bool
}

// Write writes one piece of news, whole and at once.
func (s *Stream) Write(n limen.News) error {
	var p page
	if !s.hasBegun && s.Format.newsHeader != nil {
		if err := s.Format.newsHeader(&p); err != nil {
			return err
		}
	}
	s.hasBegun = true
	if n.Event != nil {
		if err := s.Format.event(&p, *n.Event, s.Options); err != nil {
			return err
		}
	}
	if s.Format.newsGaps != nil {
		if err := s.Format.newsGaps(&p, n.Gaps); err != nil {
			return err
		}
	} else if err := Gaps(s.Err, n.Gaps); err != nil {
		return err
	}
	return p.to(s.Out)
}

// proseEvent writes one line for people. What is long, or differs from run to
// run, stands last.
func proseEvent(w io.Writer, e limen.Event, o Options) error {
	r := rowOf(e.Listener)
	f := form{now: e.Time}
	line := strings.Join([]string{
		moment(e.Time, o), pad(e.Change.String(), 6),
		pad(Safe(portCell(r, f)), 6), pad(Safe(addressCell(r, f)), 9),
	}, gutter) + gutter
	reach := reachCell(r, f)
	room := o.Width - widthOf(line) - reachWidth - len(gutter)
	line += o.paint(reachTint(r), reach) + pad("", reachWidth-widthOf(reach)) + gutter
	who := Safe(ownerCell(r, f))
	if o.Width > 0 {
		who = cut(who, max(narrowest, room))
	}
	for _, about := range []string{projectCell(r, f), keeperCell(r, f)} {
		// On a terminal, only what has room: an owner is known without it.
		if more := who + ", " + Safe(about); about != "" && (o.Width == 0 || widthOf(more) <= room) {
			who = more
		}
	}
	var p page
	p.linef("%s", line+who)
	return p.to(w)
}

// reachWidth is the longest word for a reach.
const reachWidth = len("machine")

// moment is the time of day to a person at a terminal, and to a pipe what a
// script reads the same tomorrow and elsewhere.
func moment(t time.Time, o Options) string {
	if o.Width > 0 {
		return t.In(o.zone()).Format(time.TimeOnly)
	}
	return t.UTC().Format(time.RFC3339)
}

func jsonEvent(w io.Writer, e limen.Event, _ Options) error {
	var d document
	if err := d.add(e, ""); err != nil {
		return err
	}
	return d.to(w)
}

func ndjsonEvent(w io.Writer, e limen.Event, _ Options) error {
	return writeLines(w, []line{{"event": e}})
}

func ndjsonGaps(w io.Writer, gaps []limen.Gap) error { return writeLines(w, gapLines(gaps)) }

func (s separated) newsHeader(w io.Writer) error {
	return s.line(w, append([]string{"time", "change"}, inData...))
}

func (s separated) event(w io.Writer, e limen.Event, _ Options) error {
	columns, err := findColumns(nil, inData)
	if err != nil {
		return err
	}
	values := []string{e.Time.UTC().Format(time.RFC3339Nano), e.Change.String()}
	for _, c := range columns {
		values = append(values, inert(c.show(rowOf(e.Listener), form{data: true, now: e.Time})))
	}
	return s.line(w, values)
}

// Headline says an event in a few words, on one line and without colour: "vite
// (812) opened 5173, shop".
func Headline(e limen.Event) string {
	r := rowOf(e.Listener)
	f := form{now: e.Time}
	verb := map[limen.Change]string{limen.Opened: "opened", limen.Closed: "closed", limen.OwnerChanged: "took over"}[e.Change]
	line := ownerCell(r, f) + " " + verb + " " + portCell(r, f)
	if about := projectCell(r, f); about != "" {
		line += ", " + about
	}
	return Safe(line)
}
