package view

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Apps writes which programs limen runs, as of now.
func Apps(w io.Writer, a limen.Apps, now time.Time, f Format, o Options) error {
	r := report{whole: a, header: appHeader}
	for _, one := range a.Apps {
		r.lines = append(r.lines, line{"app": one})
		r.rows = append(r.rows, []string{
			one.Name, one.State.String(), one.URL(), joinComma(openPorts(one)), pidOf(one), strconv.Itoa(one.Starts),
			stamp(one.Since), one.Project, strings.Join(one.Command, " "), one.Why,
		})
	}
	r.lines = append(r.lines, gapLines(a.Gaps)...)
	r.prose = func(p *page, o Options) { proseApps(p, a.Apps, now, o) }
	return f.report(w, r, o)
}

// appHeader are the columns of apps.
var appHeader = []string{"name", "state", "url", "ports", "pid", "starts", "since", "project", "command", "why"}

func openPorts(a limen.App) []string {
	var ports []uint16
	for _, o := range a.Openings {
		ports = append(ports, o.Endpoint.Port())
	}
	return portWords(ports)
}

func pidOf(a limen.App) string {
	if a.Process == nil {
		return ""
	}
	return strconv.Itoa(a.Process.PID)
}

func proseApps(p *page, all []limen.App, now time.Time, o Options) {
	if len(all) == 0 {
		return
	}
	columns := []Column{{Title: "NAME", cut: true}, {Title: "STATE"}, {Title: "AT", cut: true}, {Title: "PROJECT", cut: true}, {Title: "FOR"}, {Title: "PID"}}
	cells := [][]string{nil}
	for _, c := range columns {
		cells[0] = append(cells[0], c.Title)
	}
	for _, a := range all {
		cells = append(cells, []string{
			Safe(a.Name), a.State.String(), Safe(cmp.Or(a.Named(), a.URL(), joinComma(openPorts(a)), "-")), Safe(cmp.Or(short(a.Project, o.Home), "-")),
			span(now.Sub(a.Since)), cmp.Or(pidOf(a), "-"),
		})
	}
	lay := fit(columns, cells, o.Width)
	for i, row := range cells {
		tint := func(int) style { return "" }
		if i == 0 {
			tint = func(int) style { return bold }
		}
		lay.write(p, row, tint, o)
		if i > 0 && all[i-1].Why != "" {
			p.linef("  %s", Safe(fmt.Sprintf("%s %s", all[i-1].Name, all[i-1].Why)))
		}
	}
}
