package serve

import (
	"bufio"
	"net/url"
	"strconv"
	"strings"
)

// A listingPage is a listing for people.
type listingPage struct {
	markup
	rows   int
	finder bool // rows are what a search found
}

func newListingPage(out *bufio.Writer) form { return &listingPage{markup: markup{out}} }

// rowsInGroup is how many rows a browser lays out together. It leaves out the
// groups that are not on the screen, so that 100,000 rows scroll like 100.
const rowsInGroup = 100

func (p *listingPage) head(l *listing) {
	p.finder = len(l.wish.search) > 0
	p.top(visible(l.dir.path), "listing.js")
	p.raw("<header>\n")
	p.crumbs(l)
	p.raw(`<form role="search"><input type="search" name="q" value="`)
	p.text(l.wish.text)
	p.raw(`" placeholder="search below here" aria-label="search below this folder" maxlength="255" autocomplete="off" spellcheck="false"></form>`, "\n</header>\n<main>\n")
	p.bar(l)
}

// crumbs are links to the folder and to all above it.
func (p *listingPage) crumbs(l *listing) {
	names := strings.Split(strings.Trim(l.dir.path, "/"), "/")
	if names[0] == "" {
		names = nil
	}
	p.raw(`<nav aria-label="path">`)
	for i, name := range append([]string{l.site.name}, names...) {
		up := len(names) - i
		p.raw(`<a`)
		if up == 1 {
			p.raw(` rel="up"`)
		}
		p.raw(` href="`)
		p.text("./" + strings.Repeat("../", up))
		p.raw(`"><bdi>`)
		p.text(visible(name))
		p.raw("</bdi></a>/")
	}
	p.raw("</nav>\n")
}

// bar is how to see the folder in another order, or to take it along.
func (p *listingPage) bar(l *listing) {
	p.raw(`<div class="bar">`)
	for _, o := range orders {
		if o.compare == nil {
			continue // for programs
		}
		q := url.Values{"sort": {o.name}}
		if l.wish.text != "" {
			q.Set("q", l.wish.text)
		}
		isThis := o.name == l.wish.order.name
		if isThis && !l.wish.descending {
			q.Set("order", "desc")
		}
		p.raw(`<a href="./?`)
		p.text(q.Encode())
		p.raw(`"`)
		if isThis {
			p.raw(` aria-current="true"`)
		}
		p.raw(`>`)
		p.text(o.name)
		if isThis {
			p.raw(map[bool]literal{false: " ↑", true: " ↓"}[l.wish.descending])
		}
		p.raw("</a> ")
	}
	p.raw(`<span class="take">`)
	for _, f := range archiveFormats {
		p.raw(`<a download href="./?archive=`)
		p.text(f.name)
		p.raw(`">`)
		p.text(f.name)
		p.raw("</a> ")
	}
	p.raw("</span></div>\n")
}

func (p *listingPage) row(e entry) {
	if p.rows%rowsInGroup == 0 {
		if p.rows > 0 {
			p.raw("</ul>\n")
		}
		p.raw("<ul>\n")
	}
	p.rows++
	p.raw("<li>")
	if href := e.href(); href != "" {
		p.raw(`<a href="`)
		p.text(href)
		p.raw(`"><bdi>`)
		p.text(visible(e.name))
		p.raw("</bdi>")
		if e.kind.isFolder() {
			p.raw("/")
		}
		p.raw("</a>")
	} else {
		p.raw("<span><bdi>")
		p.text(visible(e.name))
		p.raw("</bdi> <small>")
		p.text(map[kind]string{aLink: "link that leads elsewhere", aThing: "no file"}[e.kind])
		p.raw("</small></span>")
	}
	p.raw("<data>")
	if e.kind == aFile {
		p.text(sizeText(e.size))
	}
	p.raw("</data><time>")
	p.text(e.modified().Format("2006-01-02 15:04"))
	p.raw("</time></li>\n")
}

func (p *listingPage) foot(l *listing) {
	if p.rows > 0 {
		p.raw("</ul>\n")
	}
	p.raw(`<footer><p>`)
	p.text(counted(l.shown, p.finder))
	if left := l.left.String(); left != "" {
		p.raw("; left out: ")
		p.text(left)
	}
	p.raw("</p>")
	for _, note := range l.notes {
		p.raw(`<p class="note">`)
		p.text(note)
		p.raw("</p>")
	}
	p.raw("</footer>\n</main>\n")
	if l.readme != "" {
		l.site.readme(p.markup, l)
	}
	p.raw("</body></html>\n")
}

// counted says how many rows there are.
func counted(n int, found bool) string {
	switch {
	case n == 0 && found:
		return "nothing found"
	case n == 0:
		return "nothing here"
	case n == 1 && found:
		return "1 found"
	case found:
		return strconv.Itoa(n) + " found"
	case n == 1:
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}

// top begins a page of limen's own.
func (m markup) top(title string, scripts ...literal) {
	m.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
		`<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>`)
	m.text(title)
	m.raw(`</title><link rel="stylesheet" href="`, ownAssets, `page.css">`)
	for _, s := range scripts {
		m.raw(`<script src="`, ownAssets, s, `" defer></script>`)
	}
	m.raw("</head>\n<body>\n")
}

// sizeText writes bytes with three figures, in powers of 1024 (IEC 80000-13), as
// the terminal does.
func sizeText(n int64) string {
	const step = 1024
	if n < step {
		return strconv.FormatInt(n, 10) + " B"
	}
	units := []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	f := float64(n) / step
	for f >= step && len(units) > 1 {
		f, units = f/step, units[1:]
	}
	digits := 2
	switch {
	case f >= 99.95:
		digits = 0
	case f >= 9.995:
		digits = 1
	}
	return strconv.FormatFloat(f, 'f', digits, 64) + " " + units[0]
}
