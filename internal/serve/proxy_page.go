package serve

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/limenhq/limen"
)

// explain says why there is no answer from the other server, in the form that
// whoever asks can read.
func (p *proxy) explain(w http.ResponseWriter, r *http.Request, err error) {
	mustSend(r.Context().Err() == nil) // if not, nobody waits for it any more, or serving ends
	tellError(w, r, http.StatusBadGateway, p.to.mishap(err))
}

// A mishap is a way in which another server can give no answer.
type mishap struct {
	is        func(error) bool
	why, next string // %[1]s is the server, %[2]s its port
}

// mishaps are those that have an explanation, the surest first.
var mishaps = []mishap{
	{
		func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, refusedOnWindows) },
		"nothing listens at %[1]s", "start it, and load this again; limen why %[2]s says what is at the port",
	},
	{isOf[*net.DNSError], "the name in %[1]s is nobody's", "look for a mistake in --proxy"},
	{isOf[tls.RecordHeaderError], "%[1]s speaks no TLS", "name it with http://"},
	{isOf[*tls.CertificateVerificationError], "the certificate of %[1]s is not trusted by this machine", "name it with http://, or by a name that the certificate is for"},
	{
		func(err error) bool { return strings.Contains(err.Error(), "malformed HTTP") },
		"what %[1]s answers is not HTTP", "name it with https://, if it speaks TLS",
	},
	{
		func(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) },
		"%[1]s ended the connection before it answered", "look into its log",
	},
	{
		func(err error) bool {
			var slow net.Error
			return errors.As(err, &slow) && slow.Timeout() || errors.Is(err, context.DeadlineExceeded)
		},
		"%[1]s let no connection in for five seconds", "limen why %[2]s says what is at the port",
	},
}

// refusedOnWindows is WSAECONNREFUSED of winsock2.h, which syscall has no name
// for on other systems.
const refusedOnWindows = syscall.Errno(10061)

func isOf[T error](err error) bool {
	var one T
	return errors.As(err, &one)
}

// mishap says what is wrong, and what to do.
func (t target) mishap(err error) *limen.Error {
	e := &limen.Error{Kind: limen.NotFound, What: "cannot reach " + t.String(), Why: bounded(err.Error(), mostText), Next: "look into its log"}
	_, port, _ := net.SplitHostPort(t.host)
	for _, m := range mishaps {
		if m.is(err) {
			e.Why, e.Next = fill(m.why, t.String(), port), fill(m.next, t.String(), port)
			break
		}
	}
	return e
}

// fill puts the server and its port into a sentence.
func fill(sentence, server, port string) string {
	return strings.NewReplacer("%[1]s", server, "%[2]s", port).Replace(sentence)
}

// tellError answers with an error as a page, as JSON or as text, whichever is
// asked for.
func tellError(w http.ResponseWriter, r *http.Request, status int, e *limen.Error) {
	text, contentType := plainError(e), "text/plain; charset=utf-8"
	h := w.Header()
	switch accept := r.Header.Get("Accept"); {
	case isNavigation(r):
		text, contentType = pageError(status, e), "text/html; charset=utf-8"
		h.Set("Content-Security-Policy", ownPolicy)
	case strings.Contains(accept, "json"), strings.Contains(r.Header.Get("Content-Type"), "json"):
		var b strings.Builder
		out := json.NewEncoder(&b)
		out.SetEscapeHTML(false) // no browser takes this for a page
		if out.Encode(map[string]any{"error": e}) == nil {
			text, contentType = b.String(), "application/json"
		}
	}
	h["Content-Type"] = []string{contentType}
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = []string{"no-store"}
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		io.WriteString(w, text) // who does not read it is gone
	}
}

func plainError(e *limen.Error) string {
	text := fmt.Sprintf("%s\nwhy:  %s\n", e.What, e.Why)
	if e.Next != "" {
		text += "next: " + e.Next + "\n"
	}
	return text
}

func pageError(status int, e *limen.Error) string {
	page := `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>` +
		http.StatusText(status) + `</title><link rel="stylesheet" href="` + ownAssets + `page.css"><main><h1>` + html.EscapeString(e.What) + "</h1><p>" + html.EscapeString(e.Why) + "</p>"
	if e.Next != "" {
		page += "<p>Next: " + html.EscapeString(e.Next) + "</p>"
	}
	return page + "</main></html>\n"
}
