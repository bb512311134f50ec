package proxy

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// A page needs nothing but itself: no script to be read, and no other file.

//go:embed page.css
var pageStyle string

// pageReturn loads a page again when whoever has started the server comes back
// to it. Without scripts, that is one key.
const pageReturn = `addEventListener("focus",()=>location.reload())`

// pagePolicy lets a page have its own style and script, by what they are, and
// nothing else (CSP 3, section 2.3.1). No other page may put it in a frame
// and have it clicked.
var pagePolicy = sync.OnceValue(func() string {
	return "default-src 'none'; style-src " + hashSource(pageStyle) + "; script-src " + hashSource(pageReturn) +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
})

func hashSource(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// page is a saying for people.
func (s saying) page(r *http.Request) string {
	var b strings.Builder
	text := func(s string) { b.WriteString(html.EscapeString(s)) }
	element := func(open, content, end string) {
		if content != "" {
			b.WriteString(open)
			text(content)
			b.WriteString(end)
		}
	}
	b.WriteString("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">" +
		"<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">")
	isSafe := r.Method == http.MethodGet // anything else is done once, and not again by a page
	if s.isComing && isSafe {
		b.WriteString(`<meta http-equiv="refresh" content="1">`)
	}
	element("<title>", capital(s.What), "</title>")
	b.WriteString("<style>" + pageStyle + "</style></head>\n<body><main>\n")
	element("<h1>", capital(s.What), "</h1>\n")
	element("<p>", sentence(s.Why), "</p>\n")
	element("<pre>", s.quote, "</pre>\n")
	if s.isComing {
		b.WriteString("<progress aria-label=\"starting\"></progress>\n")
	}
	if s.isComing && isSafe {
		b.WriteString("<p>This page loads itself again.</p>\n")
	} else if s.Next != "" || s.code != "" {
		b.WriteString("<section><h2>Next</h2>\n")
		element("<p>", sentence(s.Next), "</p>\n")
		element("<pre><code>", s.code, "</code></pre>\n")
		b.WriteString("</section>\n")
	}
	s.list(&b, r)
	b.WriteString("<footer>" + strconv.Itoa(s.status) + " " + http.StatusText(s.status) + ", said by limen</footer>\n</main>")
	if isSafe && !s.isComing && s.status >= http.StatusInternalServerError {
		b.WriteString("<script>" + pageReturn + "</script>")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// list links to what else could be asked for, at the port and by the scheme
// that this was asked at.
func (s saying) list(b *strings.Builder, r *http.Request) {
	if len(s.names) == 0 {
		return
	}
	scheme, port := "http://", ""
	if r.TLS != nil {
		scheme = "https://"
	}
	if i := strings.LastIndexByte(r.Host, ':'); i >= 0 && strings.Trim(r.Host[i+1:], "0123456789") == "" {
		port = r.Host[i:]
	}
	b.WriteString("<section><h2>Names</h2>\n<ul>\n")
	for _, n := range s.names {
		name := html.EscapeString(n)
		if strings.HasPrefix(n, "*.") {
			b.WriteString("<li>" + name + "</li>\n")
			continue
		}
		host, path, _ := strings.Cut(n, "/")
		b.WriteString(`<li><a href="` + scheme + html.EscapeString(host+port+"/"+path) + `">` + name + "</a></li>\n")
	}
	b.WriteString("</ul>\n")
	if s.left > 0 {
		b.WriteString("<p>And " + strconv.Itoa(s.left) + " more: <code>limen route ls</code> shows all.</p>\n")
	}
	b.WriteString("</section>\n")
}

// capital begins with a capital, as on a page, unless it begins with a name
// that has none.
func capital(s string) string {
	if first, _, _ := strings.Cut(s, " "); s == "" || s[0] < 'a' || 'z' < s[0] || strings.ContainsAny(first, ".-") {
		return s
	}
	return string(s[0]-0x20) + s[1:]
}

// sentence also ends with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return capital(s)
	}
	return capital(s) + "."
}
