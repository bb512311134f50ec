package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Served writes one thing that a server of a folder tells: where it is and who
// came to out, what a person should know to errs.
func Served(out, errs io.Writer, item limen.Served, o Options) error {
	var p page
	switch {
	case item.Site != nil:
		p.linef("serving %s", Safe(short(item.Site.Root, o.Home)))
		for _, url := range item.Site.URLs {
			p.linef("  %s", o.paint(bold, Safe(url)))
		}
		if item.Site.Drop != "" {
			p.linef("takes one file at\n  %s", Safe(item.Site.Drop))
		}
		for line := range strings.Lines(item.Site.Code) {
			if o.Width > 0 { // a phone reads it from a screen, and nobody from a file
				p.WriteString(o.paint(whiteOnBlack, strings.TrimSuffix(line, "\n")) + "\n")
			}
		}
	case item.Request != nil:
		p.linef("%s", visitLine(item, o))
	case item.Notice != nil:
		p.linef("%s", Safe(item.Notice.What))
		if item.Notice.Why != "" {
			p.linef("  why:  %s", Safe(item.Notice.Why))
		}
		if item.Notice.Next != "" {
			p.linef("  next: %s", Safe(item.Notice.Next))
		}
		return p.to(errs)
	}
	return p.to(out)
}

// ServedJSON writes the same as an object on a line of its own.
func ServedJSON(w io.Writer, item limen.Served) error {
	var d document
	if err := d.add(item, ""); err != nil {
		return err
	}
	return d.to(w)
}

// visitLine is a request on one line. What is long, or differs from run to run,
// stands last.
func visitLine(item limen.Served, o Options) string {
	v := item.Request
	return strings.Join([]string{
		moment(item.Time, o), o.paint(statusTint(v.Status), statusWord(v.Status)),
		pad(Safe(v.Method), 4), Safe(v.Path), // a path is not cut: it is what one looks for
		size(uint64(max(v.Bytes, 0))), v.Elapsed.Round(100 * time.Microsecond).String(),
	}, gutter)
}

// statusWord is the status of an answer; there is none where it was cut before
// it began.
func statusWord(status int) string {
	if status == 0 {
		return "cut"
	}
	return fmt.Sprint(status)
}

// statusTint is how the status of an answer is shown.
func statusTint(status int) style {
	switch {
	case status == 0, status >= 500:
		return red
	case status >= 400:
		return yellow
	case status >= 300:
		return dim
	}
	return ""
}

// whiteOnBlack are the colours of a code that is drawn in light modules, on
// dark terminals and on light ones (colours 231 and 16 of 256).
const whiteOnBlack style = "38;5;231;48;5;16"
