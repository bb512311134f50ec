package manifest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Ready says when an app is ready. Of URL and Log only that of its sign counts.
type Ready struct {
	Sign   Sign
	URL    string         // as Resolve has it; empty before
	Log    *regexp.Regexp // a line that it prints
	Within time.Duration  // how long it may take; 0 if nothing is said

	url text
}

// A Sign is what shows that an app is ready.
type Sign uint8

const (
	SignNone    Sign = iota // nothing is said: its port will do
	SignPort                // something answers on its port
	SignStarted             // it runs
	SignEnded               // it has ended by itself, and well
	SignURL                 // the URL answers without an error
	SignLog                 // it has printed a line
)

var signs = words{"", "port", "started", "ended", "url", "log"}

func (s Sign) String() string { return signs.word(int(s)) }

// readyKeys are those of ready, where it is a table.
var readyKeys = []key[Ready]{
	{"log", []string{"line", "output", "regexp", "pattern"}, "a pattern that a line it prints must hold", func(r *reader, to *Ready, v *value) { r.pattern(to, v) }},
}

// ready reads what shows that an app is ready.
func (r *reader) ready(to *Ready, v *value) {
	const like = `"port", "started", "ended", "/health", "http://…" or { log = "…" }`
	switch {
	case v.form == aTable:
		take(r, readyKeys, to, v)
		if len(v.entries) == 0 {
			r.mistakes.add(v.at, "write "+like, "this says nothing")
		}
	case !r.is(v, aText, like):
	case slices.ContainsFunc(urls, func(begin string) bool { return strings.HasPrefix(v.text, begin) }):
		to.Sign, to.url = SignURL, r.text(v)
	case v.text == "url" || v.text == "log" || !slices.Contains(signs[1:], v.text):
		r.mistakes.add(v.at, "write "+like, "%.80q does not say what shows it", v.text)
	default:
		to.Sign = Sign(slices.Index(signs, v.text))
	}
}

// urls are what a URL begins with, or a path of the app's own.
var urls = words{"http://", "https://", "/", "${"}

// pattern reads what a line must hold, in the syntax of RE2, which takes no
// longer than the line is long.
func (r *reader) pattern(to *Ready, v *value) {
	if !r.is(v, aText, `{ log = "listening on" }`) {
		return
	}
	if len(v.text) > mostPattern {
		r.mistakes.add(v.at, "look for less of the line", "this is longer than %d bytes", mostPattern)
		return
	}
	p, err := regexp.Compile(v.text)
	if err != nil {
		r.mistakes.add(v.at, "", "this is no pattern: %v", err)
		return
	}
	to.Sign, to.Log = SignLog, p
}

// mostPattern is how long a pattern may be. Compiled, it can be a thousand times
// as large.
const mostPattern = 256

// checkURL says what is wrong with a URL whose references are replaced; empty
// if nothing is.
func checkURL(s string) (why string) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "":
		return "this is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "only http and https can be asked"
	}
	return ""
}
