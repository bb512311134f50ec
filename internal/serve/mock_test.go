package serve

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mocks writes a folder of mocks.
func mocks(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func TestAFolderOfMocksAnswersByPlaceAndName(t *testing.T) {
	dir := mocks(t, map[string]string{
		"api/users/GET.json": `[1]`, "api/users/POST.201.json": `{"ok":true}`, "api/users/[id]/GET.json": `{"id":"{{id}}"}`,
		"api/users/me/GET.json": `"me"`, "api/orders.json": `[]`, "api/[kind]/[id]/DELETE.204.txt": "", "api/page/GET.html": "<p>", "api/[who].txt": "x",
		"api/.hidden/GET.json": "x", "api/[x]/deep/GET.404.txt": "{{x}}",
	})
	w := serveWorld(t, Config{Beside: Beside{Mock: dir}}, map[string]string{"a.txt": "a file"})
	for _, c := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/api/users", 200, `[1]`},
		{"GET", "/api/users/", 200, `[1]`},
		{"HEAD", "/api/users", 200, ""},
		{"POST", "/api/users", 201, `{"ok":true}`},
		{"GET", "/api/users/me", 200, `"me"`},
		{"GET", "/api/users/7", 200, `{"id":"7"}`},
		{"GET", "/api/users/a%22%5Cu0000", 400, "bad request: the address has a slash or backslash inside a name\n"},
		{"GET", "/api/users/%22%3C", 200, `{"id":"\"\u003c"}`},
		{"GET", "/api/orders", 200, `[]`},
		{"GET", "/api/orders.json", 200, `[]`},
		{"DELETE", "/api/users/7", 204, ""},
		{"GET", "/api/any/deep", 404, "any"},
		{"GET", "/a.txt", 200, "a file"},
		{"GET", "/api/.hidden", 404, "not found"},
		{"PUT", "/api/users", 405, "method not allowed: there is a mock of this path for GET, POST, and none for this method\n"},
		{"PUT", "/a.txt", 405, "method not allowed: this address answers GET, HEAD, OPTIONS\n"},
	} {
		answer, got := w.ask(c.method, c.path, "")
		if answer.StatusCode != c.status || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s is %d %q; want %d %q", c.method, c.path, answer.StatusCode, got, c.status, c.want)
		}
	}
	put(t, filepath.Join(dir, "api/users/GET.json"), `[1,2]`)
	if answer, got := w.ask("GET", "/api/users", ""); got != `[1,2]` || answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("once it is saved again it is %q, %v", got, answer.Header)
	}
}

func TestNoMockLiesOutsideOfItsFolder(t *testing.T) {
	dir := mocks(t, map[string]string{"mocks/mock.toml": "[[mock]]\non = \"GET /api/x\"\nfile = \"link\"\n", "secret": "secret"})
	if err := os.Symlink("../secret", filepath.Join(dir, "mocks", "link")); err != nil {
		t.Skipf("this system makes no links: %v", err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "mocks", "up")); err != nil {
		t.Fatal(err)
	}
	w := serveWorld(t, Config{Beside: Beside{Mock: filepath.Join(dir, "mocks")}}, nil)
	for _, path := range []string{"/link", "/up/secret", "/api/x"} {
		if answer, got := w.ask("GET", path, ""); answer.StatusCode < 400 || got == "secret" {
			t.Errorf("%s is %d %q", path, answer.StatusCode, got)
		}
	}
}

const rulesText = `
[[mock]]
on = "GET /api/flaky"
every = 3
status = 503
headers = { Retry-After = "1" }

[[mock]]
on = "GET /api/flaky"
body = '{"ok": true}'

[[mock]]
on = "* /api/users/:id/*"
body = "{{id}} {{splat}}"

[mock.headers]
X-Id = ":id"

[[mock]]
on = "POST /api/form"
status = 201
file = "form.html"
delay = "1ms"

[[mock]]
on = "GET /api/cut"
body = "0123456789"
fault = "truncate"
`

func TestRulesOfMocksSayHowToAnswer(t *testing.T) {
	dir := mocks(t, map[string]string{"rules.toml": rulesText, "form.html": "<p>", "api/none/GET.json": "1"})
	w := serveWorld(t, Config{Beside: Beside{Mock: filepath.Join(dir, "rules.toml")}}, nil)
	for i, want := range []int{200, 200, 503, 200, 200, 503} {
		answer, got := w.ask("GET", "/api/flaky", "")
		if answer.StatusCode != want || want == 503 && answer.Header.Get("Retry-After") != "1" || want == 200 && (got != `{"ok": true}` || answer.Header.Get("Content-Type") != "application/json") {
			t.Errorf("time %d: %d %q %v", i, answer.StatusCode, got, answer.Header)
		}
	}
	if answer, got := w.ask("PATCH", "/api/users/7/a/b", ""); got != "7 a/b" || answer.Header.Get("X-Id") != "7" {
		t.Errorf("%q %v", got, answer.Header)
	}
	if answer, got := w.ask("POST", "/api/form", "x"); answer.StatusCode != 201 || got != "<p>" || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d %q %v", answer.StatusCode, got, answer.Header)
	}
	if answer, _ := w.ask("GET", "/api/none", ""); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a file that no rule names answers with %d", answer.StatusCode)
	}
	if got := raw(t, strings.TrimPrefix(w.url, "http://"), "GET /api/cut HTTP/1.1\r\nHost: localhost\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\n01234") || !strings.Contains(got, "Content-Length: 11\r\n") {
		t.Errorf("cut, it is %q", got)
	}
}

func TestAMistakeInMockRulesIsToldWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"[[mock]]\non = \"GET\"\n":                                                              `mock.toml:2: "GET" is no method with a path`,
		"[[mock]]\non = \"GET api\"\n":                                                          `mock.toml:2: "api" cannot be asked for: the path does not begin with a slash`,
		"[[mock]]\non = \"GET /a\"\n\nstatus = 99\n":                                            "mock.toml:4: 99 is no status from 200 to 599",
		"[[mock]]\nstatus = 200\n":                                                              `mock.toml:1: "" is no method with a path`,
		"[[mock]]\non = \"GET /a\"\n[[mock]]\non = \"GET /b\"\nx=1\n":                           `mock.toml:5: "mock.x" is nothing that can be set`,
		"[[mock]]\non = \"GET /a\"\ndelay = \"long\"\n":                                         `mock.toml:3: "long" is no time from 0 to 5m0s, as 300ms`,
		"[[mock]]\non = \"GET /a\"\nfault = \"x\"\n":                                            `mock.toml:3: "x" is no fault; there are truncate, reset, drip, wrong-length, bad-chunk, duplicate-header`,
		"[[mock]]\non = \"GET /a\"\nbody = \"\"\"\n\n\"\"\"\n[mock.headers]\n\"a b\" = \"c\"\n": `mock.toml:6: "a b" is no name of a header`,
		"[[mock]]\non = \"GET /a\"\nfile = \"../x\"\n":                                          `mock.toml:3: "../x" does not lie beside the rules`,
		"[[mock]]\non = \"GET /a\"\nbody = \"a\"\nfile = \"x\"\n":                               "mock.toml:4: there are both a body and a file",
		"[[mock]]\non = \"GET /a\"\nevery = -1\n":                                               "mock.toml:3: -1 is no number of times",
		"[[mock]\n":          "mock.toml:1: ",
		"[[mock]]\non = 5\n": "mock.toml:2: ",
	} {
		_, wrong := parseMockRules("mock.toml", []byte(text))
		if wrong == nil || !strings.HasPrefix(wrong.at()+": "+wrong.why, want) {
			t.Errorf("%q: %v; want %q", text, wrong, want)
		}
		dir := mocks(t, map[string]string{"mock.toml": text})
		if s, err := New(Config{Root: t.TempDir(), Beside: Beside{Mock: dir}}); err == nil {
			s.Close()
			t.Errorf("%q is taken", text)
		}
	}
}

func TestRulesThatBecomeWrongSayWhyInTheAnswer(t *testing.T) {
	notices := make(chan string, 10)
	dir := mocks(t, map[string]string{"mock.toml": "[[mock]]\non = \"GET /a\"\nbody = \"one\"\n"})
	w := serveWorld(t, Config{Beside: Beside{Mock: dir}, Tell: tellNotices(notices)}, nil)
	if _, got := w.ask("GET", "/a", ""); got != "one" {
		t.Fatalf("it is %q", got)
	}
	rules := filepath.Join(dir, "mock.toml")
	put(t, rules, "[[mock]]\non = \"GET /a\"\nbody = one\n")
	if answer, got := w.ask("GET", "/a", ""); answer.StatusCode != http.StatusInternalServerError || !strings.Contains(got, "mock.toml:3") {
		t.Errorf("it is %d %q", answer.StatusCode, got)
	}
	if got := <-notices; !strings.Contains(got, "mock.toml:3") {
		t.Errorf("the notice is %q", got)
	}
	put(t, rules, "[[mock]]\non = \"GET /a\"\nbody = \"two\"\n")
	if err := os.Chtimes(rules, time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, got := w.ask("GET", "/a", ""); got != "two" {
		t.Errorf("corrected, it is %q", got)
	}
}

func TestWhatIsNoMockIsRefused(t *testing.T) {
	for _, typed := range []string{filepath.Join(t.TempDir(), "none"), os.DevNull} {
		if s, err := New(Config{Root: t.TempDir(), Beside: Beside{Mock: typed}}); err == nil || !strings.Contains(err.Error(), "cannot mock from") {
			s.Close()
			t.Errorf("%s: %v", typed, err)
		}
	}
}

func FuzzParseMockRules(f *testing.F) {
	f.Add(rulesText, "/api/users/7/x")
	f.Add("mock = [{on = \"GET /\"}]\n[[mock]]\n", "/")
	f.Fuzz(func(t *testing.T, text, asked string) {
		all, wrong := parseMockRules("mock.toml", []byte(text))
		if wrong != nil {
			if wrong.line < 0 || wrong.line > 2+strings.Count(text, "\n") {
				t.Fatalf("line %d of %q", wrong.line, text)
			}
			return
		}
		for _, r := range all {
			if r.status < 200 || r.status > 599 || r.delay < 0 || !isToken(r.method) {
				t.Fatalf("%+v", r)
			}
			params, _ := r.path.fits(asked)
			fillIn([]byte(r.body), params, "application/json")
		}
	})
}

func FuzzParseLeaf(f *testing.F) {
	f.Add("GET.404.json", "")
	f.Add("users.json", "users")
	f.Fuzz(func(t *testing.T, file, asked string) {
		if l, ok := parseLeaf(file, asked); ok && (l.status < 200 || l.status > 599 || l.method == "") {
			t.Fatalf("parseLeaf(%q, %q) = %+v", file, asked, l)
		}
	})
}
