package serve

import (
	"bufio"
	"bytes"
	"net/http"
	"strconv"
)

// dropPage is what a person sees who opens a drop link.
func (s *Site) dropPage(w http.ResponseWriter, r *http.Request, left int) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(w, http.StatusBadRequest, "the address of a file ends in its name", "curl -T FILE 'ADDRESS/'")
		return
	}
	var body bytes.Buffer
	m := markup{bufio.NewWriter(&body)}
	m.top("send a file", "drop.js")
	m.raw("<main>\n", `<form class="drop"><p><label for="files">`)
	m.text(dropWords(left))
	m.raw("</label></p>\n", `<p><input id="files" type="file"`)
	if left > 1 {
		m.raw(" multiple")
	}
	m.raw(`></p><p id="said" role="status"></p><p><progress id="progress" max="1" value="0" hidden></progress></p></form>`, "\n",
		`<noscript><p>Without scripts, send it from a terminal: <code>curl -T FILE ADDRESS</code>, where the address is that of this page.</p></noscript>`, "\n</main>\n</body></html>\n")
	m.out.Flush()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", ownPolicy)
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	body.WriteTo(w) // who does not read it is gone
}

// dropWords say how many files may come.
func dropWords(left int) string {
	if left == 1 {
		return "Choose a file, or drop it here."
	}
	return "Choose up to " + strconv.Itoa(left) + " files, or drop them here."
}
