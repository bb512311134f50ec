package serve

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

func TestRedirectsLeadWhereTheySay(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"_redirects": "# old addresses\n" +
			"/old /new\n" +
			"/blog/:year/:name  /posts/:name-:year 302\n" +
			"/docs/*  https://docs.example/:splat?v=1 308 # elsewhere\n" +
			"/there /elsewhere\n" +
			"/forced /elsewhere 302!\n" +
			"/self/* /self/:splat\n" +
			"/a /b 302\n/b /a 302\n" +
			"/hidden/* /404.html 404\n" +
			"/*.htm /:splat.html 301\n" +
			"/app/* /index.html 200\n",
		"index.html": "the index", "there": "a file", "forced": "a file", "404.html": "own page", "new": "new",
	})
	for _, c := range []struct {
		path   string
		status int
		want   string // where it leads, or what it says
	}{
		{"/old", 301, "/new"},
		{"/old/", 301, "/new"},
		{"/old?x=1", 301, "/new?x=1"},
		{"/blog/2024/h%C3%A9?q", 302, "/posts/h%C3%A9-2024?q"},
		{"/blog/2024", 404, "own page"},
		{"/docs/a/b?x=1", 308, "https://docs.example/a/b?v=1"},
		{"/docs", 308, "https://docs.example/?v=1"},
		{"/docs//evil.example", 308, "https://docs.example/evil.example?v=1"},
		{"/there", 200, "a file"},
		{"/forced", 302, "/elsewhere"},
		{"/self/x", 404, "own page"},
		{"/a", 508, "_redirects:8 goes round in a circle"},
		{"/hidden/x", 404, "own page"},
		{"/page.htm", 301, "/page.html"},
		{"/app/settings", 200, "the index"},
		{"/_redirects", 404, "own page"},
		{"/_headers", 404, "own page"},
	} {
		answer, body := w.ask("GET", c.path, "")
		got := body
		if answer.StatusCode/100 == 3 {
			got = answer.Header.Get("Location")
			if answer.Header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s is kept: %q", c.path, answer.Header.Get("Cache-Control"))
			}
		}
		if answer.StatusCode != c.status || !strings.HasPrefix(got, c.want) || answer.StatusCode/100 == 3 && got != c.want {
			t.Errorf("%s is %d %q; want %d %q", c.path, answer.StatusCode, got, c.status, c.want)
		}
	}
}

func TestHeadersAreSetWhereTheirPathFits(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{
		"_headers": "/*\n  X-Frame-Options: DENY\n  X-Both: one\n\n" +
			"/assets/*\n  Cache-Control: public, max-age=60\n\tX-Both:two\n  ! X-Frame-Options\n" +
			"/user/:id.txt\n  X-User: :id\n  Content-Type: text/x-own\n",
		"assets/app.js": "1", "a.txt": "a", "user/ann lee.txt": "u",
	})
	for path, want := range map[string]map[string]string{
		"/a.txt":              {"X-Frame-Options": "DENY", "X-Both": "one", "Cache-Control": "no-cache"},
		"/assets/app.js":      {"X-Frame-Options": "", "X-Both": "one, two", "Cache-Control": "public, max-age=60"},
		"/user/ann%20lee.txt": {"X-User": "ann%20lee", "Content-Type": "text/x-own"},
		"/missing":            {"X-Both": "one"},
	} {
		answer, _ := w.ask("GET", path, "")
		for name, value := range want {
			if got := answer.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q; want %q", path, name, got, value)
			}
		}
	}
	tag, _ := w.ask("GET", "/a.txt", "")
	if answer, _ := w.ask("GET", "/a.txt", "", "If-None-Match: "+tag.Header.Get("Etag")); answer.StatusCode != 304 || answer.Header.Get("X-Both") != "one" {
		t.Errorf("an answer without a body: %d, %v", answer.StatusCode, answer.Header)
	}
}

func TestRulesAreThoseThatStandThereNow(t *testing.T) {
	now := time.Now()
	w := serveWorld(t, Config{Now: func() time.Time { return now }}, map[string]string{})
	for i, rule := range []string{"/old /one", "/old /three", ""} {
		w.write("_redirects", rule)
		now = now.Add(time.Second)
		answer, _ := w.ask("GET", "/old", "")
		if want := []string{"/one", "/three", ""}[i]; answer.Header.Get("Location") != want {
			t.Errorf("%q leads to %q", rule, answer.Header.Get("Location"))
		}
	}
}

func TestAMistakeInRulesIsToldWithItsLineAndTheRestHolds(t *testing.T) {
	var got []string
	tell := func(item limen.Served) {
		if n := item.Notice; n != nil {
			got = append(got, n.What+": "+n.Why)
			if n.Next == "" {
				t.Errorf("%s: nobody learns what to do", n.What)
			}
		}
	}
	w := serveWorld(t, Config{Tell: tell, Quiet: true}, map[string]string{
		"_redirects": "/good /x\n/lonely\nold /x\n/a /b 999\n/a /b 301 x\n/a /:id\n/a https://:splat/ 302\n/a ftp://x/\n/a //evil.example/\n/a/*/* /b\n/store id=:id /x 301\n/a /b Country=de\n/api/* https://api.example/:splat 200\n",
		"_headers":   "  X-Lost: 1\nnowhere\n  X-A: 1\n/a\n  no colon\n  Content-Length: 5\n  X-Bad: \x01\n  Ba d: 1\n  X-Good: 1\n",
		"a":          "",
	})
	if answer, _ := w.ask("GET", "/good", ""); answer.Header.Get("Location") != "/x" {
		t.Error("the good line does not hold")
	}
	if answer, _ := w.ask("GET", "/a", ""); answer.Header.Get("X-Good") != "1" {
		t.Error("the good header is not set")
	}
	want := []string{
		"_headers:1 is left out: a header stands before any path",
		`_headers:2 is left out: "nowhere" is no path: the path does not begin with a slash`,
		`_headers:5 is left out: "no colon" has no colon`,
		"_headers:6 is left out: Content-Length says what limen sends, and only limen knows that",
		"_headers:7 is left out: the value of X-Bad has a control character in it",
		`_headers:8 is left out: "Ba d" is no name of a header`,
		`_redirects:2 is left out: "/lonely" leads nowhere`,
		`_redirects:3 is left out: "old" cannot be asked for: the path does not begin with a slash`,
		`_redirects:4 is left out: "999" is no status of a redirect`,
		`_redirects:5 is left out: "x" is one word too many`,
		`_redirects:6 is left out: "/:id" has the place :id, and "/a" has not`,
		`_redirects:7 is left out: "https://:splat/" lets the request choose the host`,
		`_redirects:8 is left out: "ftp://x/" is neither a path nor an http:// or https:// address`,
		`_redirects:9 is left out: "//evil.example/" is neither a path nor an http:// or https:// address`,
		`_redirects:10 is left out: "/a/*/*" cannot be asked for: the path has more than one star`,
		`_redirects:11 is left out: "id=:id" is a condition, and limen has none: it knows no query, country or role`,
		"2 more lines of _redirects are left out: ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

func TestAPatternFitsWhatItStandsFor(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          []param
		fits          bool
	}{
		{"/a", "/a", nil, true},
		{"/a", "/a/", nil, true},
		{"/a/", "/a", nil, true},
		{"/a", "/ab", nil, false},
		{"/", "/", nil, true},
		{"/*", "/", []param{{splat, ""}}, true},
		{"/*", "/a/b/", []param{{splat, "a/b/"}}, true},
		{"/a/*", "/a", []param{{splat, ""}}, true},
		{"/a/*", "/ab", nil, false},
		{"/a/:x/b", "/a/1/b", []param{{"x", "1"}}, true},
		{"/a/:x/b", "/a/1/2/b", nil, false},
		{"/:x/*", "/1/2/3", []param{{"x", "1"}, {splat, "2/3"}}, true},
		{"/*.jpg", "/a/b.jpg", []param{{splat, "a/b"}}, true},
		{"/a.b/:x", "/axb/1", nil, false},
		{"/(a", "/(a", nil, true},
	} {
		p, err := parsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		got, fits := p.fits(c.path)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(param{})); fits != c.fits || fits && diff != "" {
			t.Errorf("%s at %s: %v, %v", c.pattern, c.path, got, fits)
		}
	}
}

// Whatever is in the files and whatever is asked for, there is an answer, and
// it leads to no other host than one that is written there.
func FuzzParseRedirects(f *testing.F) {
	f.Add("/old/* /new/:splat 301\n/a/:b https://x.example/:b 302!", "/old//evil.example")
	f.Add("/* /:splat", "/evil.example/..")
	f.Add("/:a /:a:a 307", `/\evil`)
	f.Fuzz(func(t *testing.T, text, asked string) {
		all, _ := parseRedirects("_redirects", text)
		clean, err := parsePath(asked)
		if err != nil {
			return
		}
		for _, r := range all {
			params, ok := r.from.fits(clean)
			if !ok {
				continue
			}
			to := r.target(params)
			if strings.HasPrefix(r.to, "/") && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
				t.Fatalf("%q leads from %q to %q", r.to, clean, to)
			}
			if strings.ContainsAny(to, "\r\n") {
				t.Fatalf("%q leads from %q to %q", r.to, clean, to)
			}
		}
	})
}

func FuzzParseHeaders(f *testing.F) {
	f.Add("/*\n  A: b\n/x/:id\n  X: :id\n  ! A\n", "/x/\n")
	f.Fuzz(func(t *testing.T, text, asked string) {
		all, _ := parseHeaders("_headers", text)
		h := http.Header{}
		for _, rule := range all {
			if params, ok := rule.path.fits(asked); ok {
				for _, l := range rule.lines {
					l.apply(h, map[string]bool{}, params)
				}
			}
		}
		for name, values := range h {
			if !isToken(name) || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				t.Fatalf("%q: %q", name, values)
			}
		}
	})
}

// The files are in the folder that is served, so somebody may put a pipe there.
func TestRulesAreReadFromFilesAlone(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"_redirects/": "", "a.txt": "a"})
	if _, body := w.ask("GET", "/a.txt", ""); body != "a" {
		t.Errorf("%q", body)
	}
	w.write("_headers", strings.Repeat("/x\n", mostOfRules))
	if _, body := w.ask("GET", filepath.ToSlash("/a.txt"), ""); body != "a" {
		t.Errorf("%q", body)
	}
}
