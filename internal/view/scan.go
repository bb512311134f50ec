package view

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/limenhq/limen"
)

// Scan writes what came of a scan.
func Scan(w io.Writer, s limen.Scan, f Format, o Options) error {
	r := report{whole: s, header: []string{"address", "port", "state", "kernel", "protocol", "product", "version", "pids", "why"}}
	for _, t := range s.Targets {
		r.lines = append(r.lines, line{"target": t})
		r.rows = append(r.rows, scanRows(t, "open", t.Open)...)
		r.rows = append(r.rows, scanRows(t, "unreachable", t.Unreachable)...)
	}
	r.lines = append(r.lines, gapLines(s.Gaps)...)
	r.prose = func(p *page, o Options) { proseScan(p, s, o) }
	return f.report(w, r, o)
}

func scanRows(t limen.ScannedAddress, state string, ports []limen.ScannedPort) (rows [][]string) {
	for _, p := range ports {
		var s limen.Service
		if p.Service != nil {
			s = *p.Service
		}
		rows = append(rows, []string{
			t.Address.String(), strconv.Itoa(int(p.Port)), state, string(p.Kernel), s.Protocol, s.Product, s.Version, pids(p.Owners), p.Why,
		})
	}
	return rows
}

func proseScan(p *page, s limen.Scan, o Options) {
	columns := []Column{{Title: "ADDRESS"}, {Title: "PORT"}, {Title: "SERVICE", cut: true}, {Title: "OWNER", cut: true}}
	cells := [][]string{{"ADDRESS", "PORT", "SERVICE", "OWNER"}}
	for _, t := range s.Targets {
		for _, port := range t.Open {
			owner := "no listener known"
			if port.Kernel == limen.KernelListener {
				owner = "hidden"
			}
			if len(port.Owners) > 0 {
				owner = ownersInWords(port.Owners)
			}
			service := ""
			if port.Service != nil {
				service = serviceInBrief(*port.Service, false)
			}
			cells = append(cells, []string{t.Address.String(), strconv.Itoa(int(port.Port)), Safe(service), Safe(owner)})
		}
	}
	if len(cells) > 1 {
		lay := fit(columns, cells, o.Width)
		for i, row := range cells {
			tint := func(int) style { return "" }
			if i == 0 {
				tint = func(int) style { return bold }
			}
			lay.write(p, row, tint, o)
		}
		p.linef("")
	}
	for _, t := range s.Targets {
		p.linef("%s: %d ports asked, %d open, %d refused, %d silent, %d unknown", t.Address, t.Asked, len(t.Open), t.Refused, t.Silent, t.Unknown)
		if t.Why != "" {
			p.linef("  unknown: %s", Safe(t.Why))
		}
		for _, port := range t.Open {
			if port.Why != "" {
				p.linef("  %d is open, and nobody is known to listen: %s", port.Port, Safe(port.Why))
			}
		}
		for _, port := range t.Unreachable {
			who := "somebody"
			if len(port.Owners) > 0 {
				who = ownersInWords(port.Owners)
			}
			p.linef("  %d is not open, and %s listens: %s", port.Port, Safe(who), Safe(port.Why))
		}
	}
	p.linef("took %v", s.Elapsed.Round(time.Millisecond))
}

// Progress writes how far a scan is, over what it wrote before.
func Progress(w io.Writer, n limen.ScanNews, width int) error {
	const least = 40
	if width < least || n.All == 0 {
		return nil
	}
	text := fmt.Sprintf(" %3d %%  %s", n.Asked*100/n.All, n.Address)
	room := width - len(text) - 3
	done := room * n.Asked / n.All
	bar := make([]byte, room)
	for i := range bar {
		bar[i] = '.'
		if i < done {
			bar[i] = '#'
		}
	}
	if n.Scan != nil { // it is over, and makes room for what came of it
		_, err := fmt.Fprintf(w, "\r%*s\r", width-1, "")
		return err
	}
	_, err := fmt.Fprintf(w, "\r[%s]%s", bar, Safe(text))
	return err
}

// Settings writes what is set, and where.
func Settings(w io.Writer, s limen.Settings, f Format, o Options) error {
	r := report{whole: s, header: []string{"name", "value", "from", "doc"}}
	for _, one := range s.Settings {
		r.lines = append(r.lines, line{"setting": one})
		r.rows = append(r.rows, []string{one.Name, joinComma(one.Value), one.From, one.Doc})
	}
	r.prose = func(p *page, o Options) {
		for _, one := range s.Settings {
			value := joinComma(one.Value)
			if value == "" {
				value = "none"
			}
			p.linef("%s: %s", one.Name, Safe(value))
			p.linef("  %s", one.Doc)
			p.linef("  from  %s", Safe(short(one.From, o.Home)))
		}
		p.linef("")
		p.linef("read, the first before the others:")
		for _, file := range s.Files {
			p.linef("  %s", Safe(short(file, o.Home)))
		}
	}
	return f.report(w, r, o)
}
