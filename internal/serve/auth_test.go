package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyWhoKnowsTheLoginGetsIn(t *testing.T) {
	var seen http.Header
	port := upstream(t, func(w http.ResponseWriter, r *http.Request) { seen = r.Header; io.WriteString(w, "api") })
	w := serveWorld(t, Config{
		Login: "env:WHO", Getenv: func(string) string { return "ann:open: sesame" }, Drop: &Drop{Folder: t.TempDir()}, Beside: Beside{Proxies: []string{"/api=" + port}},
	}, map[string]string{"a.txt": "a"})
	ask := func(path, user, password string) int {
		r, err := http.NewRequest(http.MethodGet, w.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			r.SetBasicAuth(user, password)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(answer.Header.Get("Www-Authenticate"), "Basic ") {
			t.Errorf("%s: nobody is asked for a login", path)
		}
		return answer.StatusCode
	}
	for _, c := range []struct {
		path, user, password string
		want                 int
	}{
		{"/a.txt", "", "", 401},
		{"/a.txt", "ann", "", 401},
		{"/a.txt", "ann", "open: sesam", 401},
		{"/a.txt", "Ann", "open: sesame", 401},
		{"/a.txt", "ann:open", " sesame", 200}, // one and the same on the wire (RFC 7617, 2)
		{"/a.txt", "ann", "open: sesame", 200},
		{"/none", "", "", 401},
		{"/_limen/echo", "", "", 401},
		{"/api/x", "", "", 401},
		{"/api/x", "ann", "open: sesame", 200},
		{"/_limen/assets/page.css", "", "", 200},
	} {
		if got := ask(c.path, c.user, c.password); got != c.want {
			t.Errorf("%s as %q with %q: %d; want %d", c.path, c.user, c.password, got, c.want)
		}
	}
	if seen.Get("Authorization") != "" {
		t.Error("the login goes on to another server")
	}
}

func TestALoginIsReadFromAFileThatIsNotServed(t *testing.T) {
	root, away := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{filepath.Join(away, "good"): "ann:x\r\n", filepath.Join(root, ".hidden"): "ann:x", filepath.Join(root, "seen"): "ann:x"} {
		put(t, name, text)
	}
	for name, want := range map[string]string{
		filepath.Join(away, "good"): "", filepath.Join(root, ".hidden"): "", filepath.Join(root, "seen"): errServed.Error(),
		filepath.Join(away, "none"): "there is no such file", away: errNoFile.Error(), "env:NONE": "the variable is not set",
	} {
		s, err := New(Config{Root: root, Login: name, Getenv: func(string) string { return "" }})
		if err == nil {
			s.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
}

func TestWhatIsNoLoginIsRefusedAndNeverShown(t *testing.T) {
	for text, want := range map[string]error{"ann": errNoColon, ":x": errNoColon, "ann:": errNoSecret, "ann:x\nbob:y\n": errLines, strings.Repeat("a", 2000) + ":b": errTooLong, "ann:x\n": nil, "ann:a:b": nil} {
		if _, err := parseLogin(text); !errors.Is(err, want) {
			t.Errorf("parseLogin(%.20q) is %v; want %v", text, err, want)
		}
	}
	if got := fmt.Sprintf("%v %+v %s", login("ann:secret"), login("ann:secret"), login("ann:secret")); strings.Contains(got, "secret") {
		t.Errorf("printed, it is %q", got)
	}
}
