package serve

import (
	_ "embed"
	"net/http"
	"strconv"
)

// A service worker answers for its origin until it says otherwise, also when
// the project it came from is long gone and another one is served at the same
// address. Browsers ask for its script now and then, and a 404 does not end it
// (Service Workers, "Update"). So who asks for the script of a worker that is
// not here gets one that takes itself away, and reloads what it held.

//go:embed worker.js
var farewell string

// isWorker reports whether the script of a service worker is asked for
// (Service Workers, "Fetch Script" sets the header).
func isWorker(r *http.Request) bool { return r.Header.Get("Service-Worker") == "script" }

// dismiss answers with a worker that takes itself away.
func (s *Site) dismiss(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Type"] = []string{"text/javascript; charset=utf-8"}
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = []string{"no-store"}
	h["Content-Length"] = []string{strconv.Itoa(len(farewell))}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write([]byte(farewell)) // who does not read it is gone
	}
}
