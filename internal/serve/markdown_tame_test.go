package serve

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Elements and attributes that a document may bring onto a page.
var (
	tameElements = strings.Fields("a article blockquote body br code del em h1 h2 h3 h4 h5 h6 head hr html img input li link meta ol p pre strong table tbody td th thead title tr ul")
	tameAttrs    = strings.Fields("align alt checked class content charset disabled href id lang name rel src start style title type")
)

// onlyTame reads a page as a browser does, and looks whether a document that
// somebody wrote brought more onto it than text.
func onlyTame(t *testing.T, page, source string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(tameElements, n.Data) {
			t.Fatalf("%q made the element %q in\n%s", source, n.Data, page)
		}
		for _, a := range n.Attr {
			if !slices.Contains(tameAttrs, a.Key) {
				t.Fatalf("%q made the attribute %q in\n%s", source, a.Key, page)
			}
			if a.Key != "href" && a.Key != "src" {
				continue
			}
			u, err := url.Parse(strings.TrimSpace(a.Val))
			scheme := ""
			if err == nil {
				scheme = u.Scheme
			} else if before, _, ok := strings.Cut(a.Val, ":"); ok && !strings.ContainsAny(before, "/?#") {
				scheme = strings.ToLower(before)
			}
			if slices.Contains([]string{"javascript", "vbscript", "file"}, scheme) || scheme == "data" && n.Data != "img" && !strings.HasPrefix(strings.ToLower(a.Val), "data:image/") {
				t.Fatalf("%q made a %s that leads to %q", source, n.Data, a.Val)
			}
		}
	}
}
