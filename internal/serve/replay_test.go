package serve

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/redact"
)

func TestARecordingAnswersAsTheServerDid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.har")
	port := api(t)
	first := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=" + port}, Record: file}}, nil)
	first.ask("POST", "/api/login?token=one", `{"password":"one"}`, "Content-Type: application/json")
	first.ask("POST", "/api/echo", "body one")
	first.ask("POST", "/api/echo", "body two")
	for _, path := range []string{"/api/next", "/api/next", "/api/bytes", "/api/large", "/api/x?b=2&a=1", "/api/a%2Fb"} {
		first.ask("GET", path, "")
	}
	writeDown(t, first.site, 9)
	w := serveWorld(t, Config{Beside: Beside{Replay: file}}, map[string]string{"a.txt": "a file"})
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/api/login?token=another", `{"password":"another"}`, 201, `{"user":"ann","token":"REDACTED"}`},
		{"POST", "/api/echo", "body two", 200, "POST  body two"},
		{"POST", "/api/echo", "body one", 200, "POST  body one"},
		{"POST", "/api/echo", "body three", 200, "POST  body one"},
		{"GET", "/api/next", "", 200, "1"},
		{"GET", "/api/next", "", 200, "2"},
		{"GET", "/api/next", "", 200, "2"},
		{"GET", "/api/bytes", "", 200, "\x00\xff\x01"},
		{"GET", "/api/x?a=1&b=2", "", 200, "GET b=2&a=1 "},
		{"GET", "/api/a%2Fb", "", 200, "GET  "},
		{"HEAD", "/api/bytes", "", 200, ""},
		{"GET", "/a.txt", "", 200, "a file"},
		{"GET", "/api/large", "", 504, "cannot replay GET /api/large\nwhy:  its body was cut: only its beginning was kept\n"},
		{"GET", "/api/x?a=2", "", 504, "GET /api/x?a=2 is not in the recording\nwhy:  the path was asked for with another query: ?a=1&b=2\nnext: record it: "},
		{"DELETE", "/api/next", "", 504, "DELETE /api/next is not in the recording\nwhy:  the path was asked for by GET\n"},
		{"GET", "/api/nexx", "", 504, "GET /api/nexx is not in the recording\nwhy:  what was asked for is /api/"},
		{"GET", "/api/deep/er", "", 504, "GET /api/deep/er is not in the recording\nwhy:  nothing like it was asked for while it was made\n"},
		{"GET", "/other", "", 404, "not found"},
	} {
		var headers []string
		if strings.HasPrefix(c.body, "{") {
			headers = []string{"Content-Type: application/json"}
		}
		answer, got := w.ask(c.method, c.path, c.body, headers...)
		if answer.StatusCode != c.status || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s with %q is %d %q; want %d %q", c.method, c.path, c.body, answer.StatusCode, got, c.status, c.want)
		}
		if strings.Contains(strings.Join(answer.Header["Set-Cookie"], ""), redact.Word) {
			t.Errorf("%s: a cookie that is none is set", c.path)
		}
	}
}

// What somebody wrote by hand wins over what was recorded, and that over the
// server, which nobody needs any more.
func TestAMockWinsOverARecordingAndThatOverAServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.har")
	put(t, file, `{"log":{"version":"1.2","entries":[
		{"request":{"method":"GET","url":"https://shop.example/api/a"},"response":{"status":200,"content":{"text":"recorded","mimeType":"text/x-own"}}},
		{"request":{"method":"GET","url":"https://shop.example/api/b"},"response":{"status":200,"headers":[{"name":"content-encoding","value":"gzip"},{"name":"x-bad","value":"a\nb"},{"name":"X-Own","value":"1"}],"content":{"text":"recorded"}}},
		{"request":{"method":"GET","url":"https://shop.example/api/ws"},"response":{"status":101}},
		{"request":{"method":"GET","url":"https://shop.example/api/cut"},"response":{"status":0}}]}}`)
	mock := mocks(t, map[string]string{"api/a/GET.txt": "mocked"})
	w := serveWorld(t, Config{Beside: Beside{Proxies: []string{"/api=1"}, Mock: mock, Replay: file}}, nil)
	if _, got := w.ask("GET", "/api/a", ""); got != "mocked" {
		t.Errorf("it is %q", got)
	}
	if answer, got := w.ask("GET", "/api/b", ""); got != "recorded" || answer.Header.Get("X-Own") != "1" || answer.Header.Get("X-Bad") != "" || answer.Header.Get("Content-Encoding") != "" {
		t.Errorf("it is %q, %v", got, answer.Header)
	}
	for _, path := range []string{"/api/ws", "/api/cut", "/api/none"} {
		if answer, _ := w.ask("GET", path, ""); answer.StatusCode != http.StatusGatewayTimeout {
			t.Errorf("%s: %d; want that it is said to be missing", path, answer.StatusCode)
		}
	}
}

func TestWhatIsNoArchiveIsRefusedWithItsLine(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"{\n\n x": "line 3: it is no HTTP Archive", "{}": `there is no "log" in it`, "": "it is no HTTP Archive", "[]": "it is no HTTP Archive", `{"log":{"entries":5}}`: "line 1",
	} {
		file := filepath.Join(dir, "x.har")
		put(t, file, text)
		if s, err := New(Config{Root: dir, Beside: Beside{Replay: file}}); err == nil || !strings.Contains(err.Error(), want) {
			s.Close()
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	for _, file := range []string{dir, filepath.Join(dir, "none")} {
		if s, err := New(Config{Root: dir, Beside: Beside{Replay: file}}); err == nil {
			s.Close()
			t.Errorf("%s is an archive", file)
		}
	}
}

func FuzzParseHAR(f *testing.F) {
	f.Add([]byte(`{"log":{"version":"1.2","_paths":["/api"],"entries":[{"request":{"method":"GET","url":"http://h/api/a?b#c","postData":{"text":"x"}},"response":{"status":200,"headers":[{"name":"A","value":"b"}],"content":{"text":"AA==","encoding":"base64"}}}]}}`))
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"G","url":"//"},"response":{"status":599}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		scenes, paths, err := parseHAR(text)
		if err != nil {
			return
		}
		for _, s := range scenes {
			if s.gone == "" && (s.reply.status < 200 || s.reply.status > 599) {
				t.Fatalf("an answer has status %d", s.reply.status)
			}
			for name, values := range s.reply.header {
				if !isToken(name) || strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
					t.Fatalf("an answer has the header %q: %q", name, values)
				}
			}
		}
		for _, p := range paths {
			if !strings.HasPrefix(p, "/") {
				t.Fatalf("a path is %q", p)
			}
		}
	})
}
