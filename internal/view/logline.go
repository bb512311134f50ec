package view

import (
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A Log writes what apps print: to people each line behind the name of its app,
// in the order in which they come.
type Log struct {
	Out     io.Writer
	Format  Format
	Options Options
	Names   []string // of the apps that are known beforehand, so that their lines stand in one column

	colors map[string]style
	width  int
	begun  bool
}

// nameColors tell apps apart, where there are colours: their names do without.
var nameColors = []style{"36", "32", "35", "34", "33", "96", "92", "95", "94"}

// levelColors are those of lines that say they matter.
var levelColors = map[limen.Level]style{limen.LevelError: red, limen.LevelWarn: yellow, limen.LevelDebug: dim}

// Write writes a line.
func (l *Log) Write(said limen.LogLine) error {
	if l.Format.Name == JSON.Name || l.Format.Name == NDJSON.Name {
		return writeLines(l.Out, []line{{"line": said}})
	}
	var p page
	if l.Format.Name != Table.Name {
		r := report{header: []string{"time", "app", "stream", "level", "text"}}
		level := ""
		if said.Level != 0 {
			level = said.Level.String()
		}
		r.rows = [][]string{{said.Time.UTC().Format(time.RFC3339Nano), said.App, said.Stream.String(), level, said.Text}}
		if l.begun {
			return l.Format.report(l.Out, report{header: nil, rows: r.rows}, l.Options)
		}
		l.begun = true
		return l.Format.report(l.Out, r, l.Options)
	}
	if said.Lost > 0 {
		p.linef("%s limen has lost %d lines here: they came too fast", l.name(said.App), said.Lost)
	}
	text := l.Options.tame(said.Text)
	if said.Cut {
		text += " …"
	}
	if !strings.Contains(text, "\x1b[") {
		text = l.Options.paint(levelColors[said.Level], text)
	}
	p.linef("%s %s", l.name(said.App), text)
	return p.to(l.Out)
}

// Know makes room for the name of an app before its first line.
func (l *Log) Know(app string) { l.name(app) }

// name is what stands before each line of an app.
func (l *Log) name(app string) string {
	if l.colors == nil {
		l.colors = map[string]style{}
		for _, n := range l.Names {
			l.know(n)
		}
	}
	l.know(app)
	return l.Options.paint(l.colors[app], pad(Safe(app), l.width)+" |")
}

func (l *Log) know(app string) {
	if _, ok := l.colors[app]; !ok {
		l.colors[app] = nameColors[len(l.colors)%len(nameColors)]
		l.width = max(l.width, widthOf(Safe(app)))
	}
}

// tame makes what an app prints harmless, and leaves it its colours where there
// are any (ECMA-48, section 8.3.117: CSI, digits and semicolons, m).
func (o Options) tame(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(safeTabs(before))
		if !found {
			break
		}
		end := strings.TrimLeft(rest, "0123456789;")
		if !strings.HasPrefix(end, "m") {
			b.WriteString(Safe("\x1b["))
			text = rest
			continue
		}
		if o.Color {
			b.WriteString("\x1b[" + rest[:len(rest)-len(end)+1])
		}
		text = end[1:]
	}
	if s := b.String(); o.Color && strings.Contains(s, "\x1b[") {
		return s + "\x1b[0m"
	}
	return b.String()
}

// safeTabs is Safe, but a tab is a few spaces.
func safeTabs(s string) string { return Safe(strings.ReplaceAll(s, "\t", "    ")) }
