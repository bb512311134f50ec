package proxy

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// A saying is what is said instead of an answer. Foreign texts in it have gone
// through tame.
type saying struct {
	limen.Error

	status   int
	proxy    string   // for programs: an error of Proxy-Status (RFC 9209, section 2.3), if one fits
	code     string   // what to type or to write, as Next says; empty if that needs nothing exact
	quote    string   // what a server or a program has said, line by line
	names    []string // what else could be asked for
	left     int      // how many more names there are
	isComing bool     // the same question will soon have an answer
}

// say answers with a saying.
func say(w http.ResponseWriter, r *http.Request, s saying) {
	blame(w, s.Why)
	body := s.write(w.Header(), r)
	if isGRPC(r) {
		s.status = http.StatusOK // its own status is in the head
	}
	w.WriteHeader(s.status)
	if r.Method != http.MethodHead {
		io.WriteString(w, body) // who does not read it is gone
	}
}

// write makes a head the one of a saying, and returns the body, in the form that
// whoever asks can read: a page for a browser that opens one, JSON for a program
// that speaks it, the status of gRPC, and plain text for all others.
func (s saying) write(h http.Header, r *http.Request) string {
	clear(h) // what was meant for another answer
	if s.proxy != "" {
		h["Proxy-Status"] = []string{"limen; error=" + s.proxy}
	}
	if s.isComing {
		h["Retry-After"] = []string{"1"}
	}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Referrer-Policy"] = []string{"no-referrer"} // addresses of others are not ours to tell
	h["Vary"] = []string{"Accept, Content-Type, Sec-Fetch-Dest, Sec-Fetch-Mode"}
	if isGRPC(r) {
		s.writeGRPC(h)
		return ""
	}
	body, contentType := s.text(), "text/plain; charset=utf-8"
	switch {
	case isNavigation(r):
		body, contentType = s.page(r), "text/html; charset=utf-8"
		h["Content-Security-Policy"] = []string{pagePolicy()}
	case wantsJSON(r):
		body, contentType = s.json(), "application/json"
	}
	h["Content-Type"] = []string{contentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	return body
}

// text is a saying for a terminal.
func (s saying) text() string {
	var b strings.Builder
	b.WriteString(s.What + "\nwhy:  " + s.Why + "\n")
	if next := s.next(); next != "" {
		b.WriteString("next: " + next + "\n")
	}
	for i, line := range lines(s.quote) {
		b.WriteString(map[bool]string{true: "said: ", false: "      "}[i == 0] + line + "\n")
	}
	for i, name := range s.names {
		b.WriteString(map[bool]string{true: "here: ", false: "      "}[i == 0] + name + "\n")
	}
	if s.left > 0 {
		b.WriteString("      and " + strconv.Itoa(s.left) + " more; limen route ls shows all\n")
	}
	return b.String()
}

// next is the next step, with what exactly to type.
func (s saying) next() string {
	if s.code == "" || s.Next == "" {
		return s.Next + s.code
	}
	return s.Next + ": " + s.code
}

// json is a saying for programs: an error as limen tells all of them.
func (s saying) json() string {
	s.Error.Next = s.next()
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false) // nosniff: no browser takes this for a page
	err := out.Encode(struct {
		Error limen.Error `json:"error"`
		Said  string      `json:"said,omitempty"`
		Names []string    `json:"names,omitempty"`
		Left  int         `json:"left,omitempty"`
	}{s.Error, s.quote, s.names, s.left})
	if err != nil {
		return `{"error":{"kind":"internal","what":"cannot write the error as JSON","why":"one of its parts has no text form"}}` + "\n"
	}
	return b.String()
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
