package serve

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// refuse answers with a text that says what and what next, and nothing of the
// request: whoever made that may have written it for another's eyes.
func refuse(w http.ResponseWriter, status int, why, next string) {
	text := strings.ToLower(http.StatusText(status)) + ": " + why + "\n"
	if next != "" {
		text += "next: " + next + "\n"
	}
	h := w.Header()
	h["Content-Type"] = []string{"text/plain; charset=utf-8"}
	h["X-Content-Type-Options"] = noSniff
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	if len(h["Cache-Control"]) == 0 {
		h["Cache-Control"] = []string{"no-store"}
	}
	w.WriteHeader(status)
	io.WriteString(w, text) // who does not read it is gone
}

// refuseMethod says which methods an address has (RFC 9110, 15.5.6).
func refuseMethod(w http.ResponseWriter, methods []string) {
	list := strings.Join(methods, ", ")
	w.Header().Set("Allow", list)
	refuse(w, http.StatusMethodNotAllowed, "this address answers "+list, "")
}
