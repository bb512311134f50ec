package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"golang.org/x/net/html"
)

// A world is a folder that is really served, on a real socket.
type world struct {
	t    testing.TB
	dir  string
	site *Site
	url  string
}

// serveWorld serves a new folder with some files in it. A name that ends in a
// slash is a folder.
func serveWorld(t testing.TB, c Config, files map[string]string) world {
	t.Helper()
	c.Root = t.TempDir()
	w := world{t: t, dir: c.Root}
	for name, text := range files {
		w.write(name, text)
	}
	site, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	t.Cleanup(func() {
		server.Close()
		if err := site.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	w.site, w.url = site, server.URL
	return w
}

func (w world) write(name, text string) {
	w.t.Helper()
	full := filepath.Join(w.dir, name)
	var err error
	if strings.HasSuffix(name, "/") {
		err = os.MkdirAll(full, 0o777)
	} else if err = os.MkdirAll(filepath.Dir(full), 0o777); err == nil {
		err = os.WriteFile(full, []byte(text), 0o666)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// ask sends one request and returns the whole answer. Headers are given as
// "Name: value".
func (w world) ask(method, path, body string, headers ...string) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	answer, err := http.DefaultTransport.RoundTrip(r) // follows no redirect
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer, string(text)
}

// A told is a listing as programs get it.
type told struct {
	Path    string
	Entries []row
	Ending  ending
}

func (w world) list(query string) told {
	w.t.Helper()
	answer, text := w.ask("GET", query, "", "Accept: application/json")
	if answer.StatusCode != http.StatusOK {
		w.t.Fatalf("GET %s: %s\n%s", query, answer.Status, text)
	}
	var l told
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		w.t.Fatalf("GET %s: %v in\n%s", query, err, text)
	}
	return l
}

func (l told) names() (names []string) {
	for _, e := range l.Entries {
		names = append(names, e.Name)
	}
	return names
}

func TestAListingShowsOrCountsEachEntry(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"b.txt": "12345", "A.txt": "", "sub/x": "", ".env": "secret", ".git/config": "", ".well-known/x": "",
		"nul.txt": "", `back\slash`: "", "colon:1": "",
	})
	for link, to := range map[string]string{"in": "b.txt", "insub": "sub", "out": "/etc/passwd", "up": "..", "nowhere": "missing"} {
		if err := os.Symlink(to, filepath.Join(w.dir, link)); err != nil {
			nettest.Skip(t, "this system makes no links: "+err.Error())
		}
	}
	got := w.list("/")
	for i := range got.Entries {
		got.Entries[i].Modified = nil
	}
	n := func(n int64) *int64 { return &n }
	want := told{
		Path: "/",
		Entries: []row{
			{Name: ".well-known", Href: "./.well-known/", Kind: "folder"},
			{Name: "sub", Href: "./sub/", Kind: "folder"},
			{Name: "A.txt", Href: "./A.txt", Kind: "file", Size: n(0)},
			{Name: "b.txt", Href: "./b.txt", Kind: "file", Size: n(5)},
			{Name: "in", Href: "./in", Kind: "file", Size: n(5)},
			{Name: "insub", Href: "./insub/", Kind: "folder"}, // what it leads to is known when its row is due
			{Name: "nowhere", Kind: "link"},
			{Name: "out", Kind: "link"},
			{Name: "up", Kind: "link"},
		},
		Ending: ending{Shown: 9, LeftOut: leftOut{Hidden: 2, Refused: 3}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listing (-want +got):\n%s", diff)
	}
	_, page := w.ask("GET", "/", "")
	if !strings.Contains(page, "9 entries; left out: 2 hidden, 3 names that are not served") {
		t.Errorf("the page does not say what it leaves out:\n%s", page)
	}
	if strings.Contains(page, "passwd") {
		t.Errorf("the page says where a link leads that leaves the folder:\n%s", page)
	}
}

func TestAListingIsInTheOrderThatIsAskedFor(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"shot10": "1", "Shot2": "333", "shot1": "22", "z/": ""})
	day := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"shot1", "z", "shot10", "Shot2"} {
		if err := os.Chtimes(filepath.Join(w.dir, name), day, day.AddDate(0, 0, i)); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]string{
		"/":                      "z shot1 Shot2 shot10",
		"/?order=desc":           "shot10 Shot2 shot1 z",
		"/?sort=size":            "z shot10 shot1 Shot2",
		"/?sort=time":            "shot1 z shot10 Shot2",
		"/?sort=time&order=desc": "Shot2 shot10 z shot1",
	} {
		if got := strings.Join(w.list(query).names(), " "); got != want {
			t.Errorf("GET %s: %s; want %s", query, got, want)
		}
	}
	if got := w.list("/?sort=none").names(); len(got) != 4 {
		t.Errorf("the order of the disk has %d entries: %q", len(got), got)
	}
	for query, want := range map[string]string{
		"/?sort=colour": errOrder.Error(), "/?order=up": errDirection.Error(), "/?archive=rar": errArchive.Error(),
		"/?q=" + strings.Repeat("x", 256): errSearch.Error(),
	} {
		answer, text := w.ask("GET", query, "")
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("GET %s: %s %q; want 400 with %q", query, answer.Status, text, want)
		}
	}
}

func TestAListingHasTheShapeThatAClientLikesBest(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                  "text/html",
		"*/*":                               "text/html",
		"application/json":                  "application/json",
		"application/json, text/plain, */*": "application/json",
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/html",
		"application/x-ndjson":                       "application/x-ndjson",
		"application/*":                              "application/json",
		"text/html;q=0.1, application/json;q=0.9":    "application/json",
		"application/json;q=0, application/x-ndjson": "application/x-ndjson",
		"image/png":                   "text/html",
		"text/html;q=nonsense":        "text/html",
		`;;;,"`:                       "text/html",
		"*/*, application/json;q=0.5": "text/html",
		strings.Repeat("a/b,", 9999) + "text/json;q=1": "text/html",
	} {
		if got := shapeFor([]string{accept}).accepts; got != want {
			t.Errorf("Accept: %.80s: %s; want %s", accept, got, want)
		}
	}
}

func TestEachLineOfNDJSONIsAnObjectAndTheLastIsTheEnding(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"a": "", "b": "", ".c": ""})
	answer, text := w.ask("GET", "/", "", "Accept: application/x-ndjson")
	if got := answer.Header.Get("Content-Type"); got != "application/x-ndjson; charset=utf-8" {
		t.Errorf("Content-Type: %s", got)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != 3 || lines[2] != `{"ending":{"shown":2,"leftOut":{"hidden":1}}}` {
		t.Errorf("lines:\n%s", text)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("%q is no JSON", line)
		}
	}
}

func TestAListingIsAPageThatRunsNothingOfANameAndLoadsNothingFromElsewhere(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"a": ""})
	answer, _ := w.ask("GET", "/", "", "Accept: text/html")
	for name, want := range map[string]string{
		"Content-Security-Policy": ownPolicy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache",
		"Referrer-Policy": "no-referrer", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	answer, text := w.ask("HEAD", "/", "", "Accept: application/json")
	if text != "" || answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("HEAD: %v %q", answer.Header, text)
	}
	for _, a := range assets {
		answer, text := w.ask("GET", ownAssets+a.name, "")
		if text != a.text || answer.Header.Get("Content-Type") != a.contentType || answer.Header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", a.name, answer.Status, answer.Header)
		}
		if again, _ := w.ask("GET", ownAssets+a.name, "", "If-None-Match: "+answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %s", a.name, again.Status)
		}
	}
	if answer, _ := w.ask("GET", ownAssets+"../listing.go", ""); answer.StatusCode == http.StatusOK {
		t.Error("an asset that there is not is served")
	}
}

// hostile are names that were made to be something else where they are shown.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='x`, `&lt;b&gt;`, `&amp;`, `</title><script>`,
	`javascript:alert(1)`, `data:text/html,x`, `http:`, `#top`, `?q=1`, `%2e%2e%2f`, `%00`, `%`, `a b`, `a+b`, ` lead`, "new\nline", "tab\t", "\x1b[31mred",
	"\u202egpj.exe", "\u2066x\u2069", "zero\u200bwidth", "\ufeffbom", "caf\u00e9", "cafe\u0301", "\xff\xfe", "\xc3", "\u2028", "日本　語", "👩\u200d👩", "a\u202fPM", "-rf", "~", "..x", "{{.}}", "<!--", "]]>",
}

func TestNoNameEscapesItsPlaceInAListing(t *testing.T) {
	for _, name := range hostile {
		escapesNot(t, name)
	}
}

func FuzzNoNameEscapesItsPlaceInAListing(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) { escapesNot(t, name) })
}

// escapesNot writes a row for a name, reads it as a browser does, and looks
// whether it is one row with one link that leads to exactly this name.
func escapesNot(t *testing.T, name string) {
	t.Helper()
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return // no file system has those
	}
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	newListingPage(out).row(entry{name: name, kind: aFile, size: 1})
	out.Flush()
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	var link *html.Node
	for n := range root.Descendants() {
		if n.Type == html.CommentNode || n.Type == html.ElementNode && len(n.Attr) > 0 && n.Data != "a" {
			t.Fatalf("%q made a %v %q with %v", name, n.Type, n.Data, n.Attr)
		}
		if n.Type == html.ElementNode {
			tags = append(tags, n.Data)
		}
		if n.Data == "a" && n.Type == html.ElementNode {
			link = n
		}
	}
	if want := []string{"html", "head", "body", "ul", "li", "a", "bdi", "data", "time"}; !slices.Equal(tags, want) {
		t.Fatalf("%q made the elements %q; want %q", name, tags, want)
	}
	if len(link.Attr) != 1 || link.Attr[0].Key != "href" {
		t.Fatalf("%q made a link with %v", name, link.Attr)
	}
	base := &url.URL{Scheme: "http", Host: "127.0.0.1:8008", Path: "/sub/"}
	to, err := base.Parse(link.Attr[0].Val)
	if err != nil {
		t.Fatalf("%q made the address %q: %v", name, link.Attr[0].Val, err)
	}
	if to.Scheme != base.Scheme || to.Host != base.Host || to.RawQuery != "" || to.Fragment != "" || to.Path != "/sub/"+name {
		t.Fatalf("%q leads to %v", name, to)
	}
	shown := text(link)
	if strings.ContainsFunc(shown, isShapeless) || shown != visible(name) {
		t.Fatalf("%q is shown as %q; want %q", name, shown, visible(name))
	}
}

// text is all text in an element.
func text(n *html.Node) string {
	var b strings.Builder
	for n := range n.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func FuzzParseWish(f *testing.F) {
	for _, q := range []string{"", "sort=size&order=desc", "q=a+b", "archive=zip", "sort=%ff", "q=%00", "sort=none&q=x"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		values, _ := url.ParseQuery(q)
		w, err := parseWish(values)
		if err != nil {
			return
		}
		if len(w.text) > mostSearch || w.archive != "" && archiveFormat(w.archive) == nil {
			t.Fatalf("%q was understood as %+v", q, w)
		}
		entries := []entry{{name: "b"}, {name: "a10"}, {name: "a9"}, {name: q}}
		w.sort(entries)
		w.sort(entries[:2])
		w.matches(q)
	})
}

func TestTheOrderOfNamesIsOne(t *testing.T) {
	names := append([]string{"a", "A", "a1", "a01", "a10", "a2", "1", "01", "", "b", "a1b2", "a1b10"}, hostile...)
	for _, a := range names {
		for _, b := range names {
			x, y := entry{name: a}, entry{name: b}
			if byName(x, y) != -byName(y, x) || (byName(x, y) == 0) != (a == b) {
				t.Errorf("%q and %q: %d and %d", a, b, byName(x, y), byName(y, x))
			}
		}
	}
}

func TestTheFirstEntriesAreThoseThatSortingPutsFirst(t *testing.T) {
	var entries []entry
	for i := range 1000 {
		entries = append(entries, entry{name: fmt.Sprint("f", i*7919%1000), kind: kind(i % 2)})
	}
	for _, o := range orders {
		for _, w := range []wish{{order: o}, {order: o, descending: true}} {
			first := w.first(entries, 50)
			sorted := slices.Clone(entries)
			w.sort(sorted)
			if diff := cmp.Diff(sorted[:50], first, cmp.AllowUnexported(entry{}, order{})); diff != "" {
				t.Errorf("by %s, descending %t (-want +got):\n%s", o.name, w.descending, diff)
			}
		}
	}
	if got := (wish{order: orders[0]}).first(entries[:3], 50); len(got) != 3 {
		t.Errorf("of 3 entries, the first 50 are %d", len(got))
	}
}

// A watchedWriter takes an answer, and remembers what had come when it was
// flushed first.
type watchedWriter struct {
	*httptest.ResponseRecorder
	first string
}

func (w *watchedWriter) Flush() {
	if w.first == "" {
		w.first = w.Body.String()
	}
}

func TestTheFirstRowsLeaveBeforeTheOthersAreLookedAt(t *testing.T) {
	const n = 3000
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("f%04d", i)] = ""
	}
	w := serveWorld(t, Config{}, files)
	out := &watchedWriter{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	w.site.Handler().ServeHTTP(out, r)
	if got := strings.Count(out.first, "<li>"); got != firstRows {
		t.Errorf("%d rows left at once; want %d", got, firstRows)
	}
	if got := strings.Count(out.Body.String(), "<li>"); got != n {
		t.Errorf("%d rows in all; want %d", got, n)
	}
}

func TestAFileThatIsGoneWhenItsRowIsDueHasNone(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"a": "", "b": ""})
	looker, err := openLooker(w.site.root.current(), ".")
	if err != nil {
		t.Fatal(err)
	}
	defer looker.Close()
	l := &listing{looker: looker, wish: wish{order: orders[0]}}
	os.Remove(filepath.Join(w.dir, "b"))
	var got []string
	l.yieldAll(t.Context(), []entry{{name: "a"}, {name: "b"}}, func(e entry) bool { got = append(got, e.name); return true })
	if !slices.Equal(got, []string{"a"}) {
		t.Errorf("rows for %q", got)
	}
}

// BenchmarkFirstRows reports how long the first rows of a large folder take.
func BenchmarkFirstRows(b *testing.B) {
	for _, n := range []int{20_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := serveWorld(b, Config{}, nil)
			for i := range n {
				if err := os.WriteFile(filepath.Join(w.dir, fmt.Sprintf("IMG_%06d.jpg", (i*7919)%n)), nil, 0o666); err != nil {
					b.Fatal(err)
				}
			}
			var first, whole time.Duration
			for b.Loop() {
				start := time.Now()
				answer, err := http.Get(w.url + "/")
				if err != nil {
					b.Fatal(err)
				}
				lines := bufio.NewReader(answer.Body)
				for line := ""; !strings.HasPrefix(line, "<li>"); {
					if line, err = lines.ReadString('\n'); err != nil {
						b.Fatal(err)
					}
				}
				first += time.Since(start)
				io.Copy(io.Discard, lines)
				answer.Body.Close()
				whole += time.Since(start)
			}
			b.ReportMetric(float64(first.Milliseconds())/float64(b.N), "first-ms/op")
			b.ReportMetric(float64(whole.Milliseconds())/float64(b.N), "whole-ms/op")
		})
	}
}

// tellNotices puts what people are told into a channel.
func tellNotices(to chan<- string) func(limen.Served) {
	return func(s limen.Served) {
		if s.Kind == limen.ServedNotice {
			to <- s.Notice.What + " | " + s.Notice.Why + " | " + s.Notice.Next
		}
	}
}
