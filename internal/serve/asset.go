package serve

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// ownAssets is where the parts of limen's own pages are.
const ownAssets = ownPath + "assets/"

//go:embed page.css
var pageCSS string

//go:embed listing.js
var listingJS string

//go:embed drop.js
var dropJS string

// An asset is a part of limen's own pages.
type asset struct{ name, contentType, text string }

var assets = []asset{
	{"page.css", "text/css; charset=utf-8", pageCSS},
	{"listing.js", "text/javascript; charset=utf-8", listingJS},
	{"drop.js", "text/javascript; charset=utf-8", dropJS},
}

// serveAsset answers with a part of limen's own pages.
func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request) {
	for _, a := range assets {
		if a.name == path.Base(r.URL.Path) {
			a.send(w, r)
			return
		}
	}
	http.NotFound(w, r)
}

func (a asset) send(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(a.text))
	v := version{tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	h := w.Header()
	h.Set("ETag", v.tag)
	h.Set("Cache-Control", "no-cache") // another limen may have another one
	h.Set("X-Content-Type-Options", "nosniff")
	if status := v.precondition(r); status != 0 {
		w.WriteHeader(status)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.text)))
	if r.Method == http.MethodGet {
		_, _ = strings.NewReader(a.text).WriteTo(w) // who does not read it is gone
	}
}
