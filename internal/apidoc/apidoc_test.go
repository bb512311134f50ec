package apidoc

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }

// asked asks a server for its documents, and waits for it as long as that: a busy
// machine may need more than the second that it is usually given.
func asked(t *testing.T, at string, patience time.Duration) []limen.Document {
	t.Helper()
	found, _ := Find(t.Context(), Service{
		Patience: patience,
		Dial:     func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", at) },
		URL:      "https://shop.localhost",
	})
	return found
}

func TestWhatAServiceOffersIsFoundWhereItUsuallyIs(t *testing.T) {
	text := map[string]string{
		"/v3/api-docs":             `{"openapi":"3.0.1","info":{"title":"shop","version":"v7"},"paths":{}}`,
		"/swagger/v1/swagger.json": `{"swagger":"2.0","paths":{"/x":{"info":{"title":"no"}}},"info":{"contact":{"title":"no"},"title":"Shop\n  of all","version":"1"}}`,
		"/openapi.yaml":            "# mine\nopenapi: '3.1.0'\ninfo:\n  contact:\n    name: x\n  title: \"the shop\"\n  version: 2 # not 3\npaths:\n  title: no\n",
		"/asyncapi.json":           `{"asyncapi":"3.0.0","info":{"title":"events","version":"1"}}`,
		"/graphql":                 `{"data":{"__typename":"Query"}}`,
	}
	for path, want := range map[string]limen.Document{
		"/v3/api-docs":             {Format: "OpenAPI 3.0.1", Title: "shop", Version: "v7"},
		"/swagger/v1/swagger.json": {Format: "Swagger 2.0", Title: "Shop of all", Version: "1"},
		"/openapi.yaml":            {Format: "OpenAPI 3.1.0", Title: "the shop", Version: "2"},
		"/asyncapi.json":           {Format: "AsyncAPI 3.0.0", Title: "events", Version: "1"},
		"/graphql":                 {Format: "GraphQL"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				http.NotFound(w, r)
				return
			}
			io.WriteString(w, text[path])
		}))
		want.URL = "https://shop.localhost" + path
		if diff := cmp.Diff([]limen.Document{want}, asked(t, s.Listener.Addr().String(), time.Minute)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		s.Close()
	}
}

func TestFastAPIsDocumentIsFound(t *testing.T) {
	nettest.NeedPrivate(t)
	python := nettest.Need(t, "python3")
	for _, python = range []string{python, "/usr/bin/python3"} { // the system's own may stand behind another one
		if exec.Command(python, "-c", "import fastapi, uvicorn").Run() == nil {
			break
		}
		python = ""
	}
	if python == "" {
		nettest.Skip(t, "needs fastapi and uvicorn for python3")
	}
	dir := t.TempDir()
	app := "from fastapi import FastAPI\napp = FastAPI(title='The Shop', version='2.1')\n@app.get('/items')\ndef items(): return []\n"
	if err := os.WriteFile(filepath.Join(dir, "app.py"), []byte(app), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-m", "uvicorn", "app:app", "--port", "8123", "--log-level", "warning")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	answers(t, "127.0.0.1:8123")
	got := asked(t, "127.0.0.1:8123", time.Minute)
	if len(got) != 1 || !strings.HasPrefix(got[0].Format, "OpenAPI 3.") || got[0].Title != "The Shop" || got[0].Version != "2.1" || got[0].URL != "https://shop.localhost/openapi.json" {
		t.Errorf("%+v", got)
	}
}

// answers waits until somebody listens.
func answers(t *testing.T, at string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("nobody listens at %s: %v", at, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// A page that answers everything with itself, a redirect to elsewhere, a server
// that never ends and one that speaks something else offer nothing.
func TestWhoOffersNothingIsNotAskedForLong(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect led elsewhere") }))
	defer elsewhere.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html><title>openapi: 3.0.0")
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/openapi.json", http.StatusFound)
		},
		"a circle": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
		"no version": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"openapi":true,"info":{"title":"x"}}`)
		},
		"a deep one": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat(`{"info":`, 100_000)) },
		"no end": func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		s := httptest.NewServer(answer)
		if got := asked(t, s.Listener.Addr().String(), 0); got != nil {
			t.Errorf("%s: %+v", name, got)
		}
		s.Close()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			io.WriteString(c, "SSH-2.0-x\r\n")
			c.Close()
		}
	}()
	if got := asked(t, l.Addr().String(), 0); got != nil {
		t.Errorf("SSH: %+v", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"openapi":"3.1.0","info":{"title":"x","version":"1"}}`)
	f.Add("openapi: 3.1.0\ninfo:\n title: x\n")
	f.Add("\ufeff {\"data\":{\"__typename\":\"Query\"}}")
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := Read(strings.NewReader(text))
		if ok && (d.Format == "" || strings.ContainsAny(d.Title+d.Version+d.Format, "\r\n")) {
			t.Fatalf("%q is %+v", text, d)
		}
	})
}
