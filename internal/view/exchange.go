package view

import (
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Exchanges writes requests that were kept.
func Exchanges(w io.Writer, es limen.Exchanges, f Format, o Options) error {
	r := report{whole: es, header: exchangeHeader}
	for _, e := range es.Exchanges {
		r.lines = append(r.lines, line{"exchange": e})
		r.rows = append(r.rows, exchangeRow(e))
	}
	r.lines = append(r.lines, gapLines(es.Gaps)...)
	r.prose = func(p *page, o Options) { proseExchanges(p, es.Exchanges, o) }
	return f.report(w, r, o)
}

// exchangeHeader are the columns of requests. Times are in milliseconds.
var exchangeHeader = []string{
	"id", "time", "name", "method", "url", "call", "protocol", "status", "media", "firstByte", "total",
	"sent", "received", "frames", "open", "client", "pid", "initiator", "target", "fault", "joined",
}

func exchangeRow(e limen.Exchange) []string {
	status, client, pid, who := "", "", "", ""
	if e.Status != 0 {
		status = strconv.Itoa(e.Status)
	}
	if e.Client.IsValid() {
		client = e.Client.String()
	}
	if e.Initiator != nil {
		pid, who = strconv.Itoa(e.Initiator.PID), e.Initiator.Name
	}
	return []string{
		e.ID, stamp(e.Time), e.Name, e.Method, e.URL, e.Call, e.Protocol, status, e.Media, inMilliseconds(e.FirstByte), inMilliseconds(e.Total),
		strconv.FormatInt(e.Sent, 10), strconv.FormatInt(e.Received, 10), strconv.Itoa(e.Frames), strconv.FormatBool(e.Open),
		client, pid, who, e.Target, e.Fault, stamp(e.Joined),
	}
}

func inMilliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 3, 64)
}

// An exchangeColumn is a column of requests for people. Requests are written as
// they come, so each column has its width beforehand.
type exchangeColumn struct {
	title   string
	width   int
	least   int // columns that a terminal must have to show it
	isRight bool
	cell    func(limen.Exchange, Options) string
	tint    func(limen.Exchange) style
}

var exchangeColumns = []exchangeColumn{
	{title: "ID", width: 4, cell: func(e limen.Exchange, _ Options) string { return Safe(e.ID) }},
	{title: "TIME", width: 8, least: 90, cell: func(e limen.Exchange, o Options) string { return moment(e.Time, o) }},
	{title: "METHOD", width: 6, cell: func(e limen.Exchange, _ Options) string { return cut(Safe(e.Method), 12) }},
	{title: "STATUS", width: 6, cell: func(e limen.Exchange, _ Options) string { return outcome(e) }, tint: func(e limen.Exchange) style { return statusTint(e.Status) }},
	{title: "FIRST", width: 7, least: 110, isRight: true, cell: func(e limen.Exchange, _ Options) string {
		return lasted(e.FirstByte, e.Status == 0 || !e.Joined.IsZero())
	}},
	{title: "TOTAL", width: 7, isRight: true, cell: func(e limen.Exchange, _ Options) string { return lasted(e.Total, e.Open || e.Total == 0) }},
	{title: "SENT", width: 8, least: 110, isRight: true, cell: func(e limen.Exchange, _ Options) string { return size(uint64(max(e.Sent, 0))) }},
	{title: "RECEIVED", width: 8, least: 100, isRight: true, cell: func(e limen.Exchange, _ Options) string { return size(uint64(max(e.Received, 0))) }},
}

// outcome is what became of a request, in a word.
func outcome(e limen.Exchange) string {
	switch {
	case e.Status == 0 && e.Open:
		return "waits"
	case e.Status == 0:
		return "none"
	}
	return strconv.Itoa(e.Status)
}

// lasted says how long something took with three figures, as in "4.21ms"; what is
// not over, or whose end nobody saw, has a dash.
func lasted(d time.Duration, isOpen bool) string {
	if isOpen {
		return "-"
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		switch v := float64(d) / float64(u.unit); {
		case v < 0.9995:
		case v < 9.995:
			return strconv.FormatFloat(v, 'f', 2, 64) + u.name
		case v < 99.95:
			return strconv.FormatFloat(v, 'f', 1, 64) + u.name
		default:
			return strconv.FormatFloat(v, 'f', 0, 64) + u.name
		}
	}
	return "0s"
}

// exchangeHead are the titles of requests on one line.
func exchangeHead(o Options) string {
	return o.paint(bold, exchangeCells(o, func(c exchangeColumn) (string, style) { return c.title, "" })+"ADDRESS, BY")
}

// exchangeLine is a request on one line. What is long, or differs from run to
// run, stands last.
func exchangeLine(e limen.Exchange, withHost bool, o Options) string {
	cells := func(o Options) string {
		return exchangeCells(o, func(c exchangeColumn) (string, style) {
			if c.tint == nil {
				return c.cell(e, o), ""
			}
			return c.cell(e, o), c.tint(e)
		})
	}
	after := ""
	if e.Initiator != nil {
		after = gutter + nameOf(limen.Owner{Process: *e.Initiator})
	}
	if e.Frames > 0 {
		after += ", " + Counted(e.Frames, "message")
	}
	if e.Open {
		after += ", goes on"
	}
	if !e.Joined.IsZero() {
		after += ", began before"
	}
	if e.Fault != "" {
		after += ", " + e.Fault
	}
	where, after := Safe(addressWord(e, withHost)), Safe(after)
	if o.Width > 0 {
		plain := o
		plain.Color = false // colours take no room
		room := o.Width - widthOf(cells(plain))
		after = cut(after, max(narrowest, room-min(widthOf(where), room/2)))
		where = cut(where, max(narrowest, room-widthOf(after)))
	}
	return cells(o) + where + after
}

// exchangeCells are the cells before the address, each as wide as its column.
func exchangeCells(o Options, cell func(exchangeColumn) (string, style)) string {
	var b strings.Builder
	for _, c := range exchangeColumns {
		if o.Width > 0 && o.Width < c.least {
			continue
		}
		width := c.width
		if c.title == "TIME" && o.Width == 0 {
			width = len(time.RFC3339) - len("07:00") // in UTC
		}
		text, tint := cell(c)
		space := pad("", width-widthOf(text))
		if c.isRight {
			b.WriteString(space)
		}
		b.WriteString(o.paint(tint, text))
		if !c.isRight {
			b.WriteString(space)
		}
		b.WriteString(gutter)
	}
	return b.String()
}

// addressWord is where a request went: the method of gRPC that was called, or the
// path, behind the host where it could be one of several.
func addressWord(e limen.Exchange, withHost bool) string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return e.URL
	}
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	switch {
	case u.Opaque != "", path == "" && u.Host == "":
		return e.URL
	case e.Call != "":
		path = "/" + strings.TrimPrefix(e.Call, "/")
	case path == "":
		path = "/"
	}
	if withHost {
		return u.Host + path
	}
	return path
}

func proseExchanges(p *page, all []limen.Exchange, o Options) {
	if len(all) == 0 {
		return
	}
	p.linef("%s", exchangeHead(o))
	for _, e := range all {
		p.linef("%s", exchangeLine(e, !isOneHost(all), o))
	}
}

// isOneHost reports whether all requests went to the same host.
func isOneHost(all []limen.Exchange) bool {
	host := func(e limen.Exchange) string {
		u, err := url.Parse(e.URL)
		if err != nil {
			return ""
		}
		return u.Host
	}
	for _, e := range all {
		if host(e) != host(all[0]) {
			return false
		}
	}
	return true
}
