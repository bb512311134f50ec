package registry

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve starts a real server with a certificate of its own, and returns where
// it is and a fetcher that believes it.
func serve(t *testing.T, answer http.HandlerFunc) (string, Fetcher) {
	t.Helper()
	s := httptest.NewTLSServer(answer)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL, Fetcher{Roots: roots}
}

func TestFetchReadsAListOverTLS(t *testing.T) {
	var asked *http.Request
	url, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		io.WriteString(w, csvHeader+"http,80,tcp,Web,,,,2021-10-01,[RFC9110],,,\n")
	})
	l, err := f.Fetch(t.Context(), url+"/list.csv")
	if err != nil || l.Len() != 1 || l.newest != "2021-10-01" {
		t.Fatalf("Fetch: %+v, %v", l, err)
	}
	if asked.UserAgent() != "limen" || asked.URL.Path != "/list.csv" {
		t.Errorf("the server was asked for %s by %q", asked.URL, asked.UserAgent())
	}
}

func TestFetchFollowsARedirectWithinTLS(t *testing.T) {
	url, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		io.WriteString(w, csvHeader+"http,80,tcp,Web,,,,,,,,\n")
	})
	if l, err := f.Fetch(t.Context(), url+"/old"); err != nil || l.Len() != 1 {
		t.Errorf("Fetch: %v, %v", l, err)
	}
}

func TestFetchSaysWhatIsWrongWithAServer(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"not found": {http.NotFound, `"404 Not Found"`},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html>\n<title>Welcome to the hotel</title>\n")
		}, "not IANA's list"},
		"cut off by the length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, csvHeader+"http,80,tcp,Web,,,,,,,,\n")
		}, "unexpected EOF"},
		"cut off in a chunk": {func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, csvHeader+"http,80,tcp,Web,,,,,,,,\n")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "unexpected EOF"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, csvHeader)
			row := strings.Repeat("a,1,tcp,,,,,,,,,\n", 1000)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, row); err != nil {
					return
				}
			}
		}, "too long to be IANA's"},
		"round in circles": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}, "more than 5 times"},
		"out of TLS": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/list.csv", http.StatusFound)
		}, `"http://127.0.0.1:1/list.csv", which is not https`},
		"to a file": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, "not https"},
	} {
		t.Run(name, func(t *testing.T) {
			url, f := serve(t, test.answer)
			_, err := f.Fetch(t.Context(), url)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("Fetch: %v; want it to say %s", err, test.says)
			}
		})
	}
}

// A server that goes silent is left after a while, wherever it does.
func TestFetchLeavesAServerThatStalls(t *testing.T) {
	stall := func(before string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if before != "" {
				io.WriteString(w, before)
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done() // until the client has gone
		}
	}
	for name, before := range map[string]string{"at once": "", "in the middle": csvHeader + "http,80,"} {
		url, f := serve(t, stall(before))
		f.Stall = 50 * time.Millisecond
		if _, err := f.Fetch(t.Context(), url); err == nil || err.Error() != "nothing came for 50ms" {
			t.Errorf("%s: %v", name, err)
		}
		f.Stall, f.Whole = time.Hour, 50*time.Millisecond
		if _, err := f.Fetch(t.Context(), url); err == nil || err.Error() != "it took more than 50ms" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, f := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := f.Fetch(ctx, url); !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch: %v, want that its context was cancelled", err)
	}
}

func TestFetchBelievesNoServerWithoutACertificate(t *testing.T) {
	url, _ := serve(t, http.NotFound)
	if _, err := (Fetcher{}).Fetch(t.Context(), url); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
	if _, err := (Fetcher{}).Fetch(t.Context(), "http://127.0.0.1:1/list.csv"); err == nil || !strings.Contains(err.Error(), "http is not https") {
		t.Errorf("without TLS: %v", err)
	}
}

func TestFetchReadsAFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(file, []byte(csvHeader+"http,80,tcp,Web,,,,,,,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := (Fetcher{}).Fetch(t.Context(), file); err != nil || l.Len() != 1 {
		t.Errorf("Fetch: %v, %v", l, err)
	}
	for _, name := range []string{dir, file + ".none"} {
		if _, err := (Fetcher{}).Fetch(t.Context(), name); err == nil || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Errorf("%s: %v; want an error that names it", name, err)
		}
	}
}

// Package http reads the environment once in a process, and never uses a proxy
// for this machine itself, so the function is all that can be looked at here.
func TestAProxyOfTheEnvironmentIsUsed(t *testing.T) {
	got := fmt.Sprintf("%p", Fetcher{}.client().Transport.(*http.Transport).Proxy)
	if want := fmt.Sprintf("%p", http.ProxyFromEnvironment); got != want {
		t.Error("the environment is not asked for a proxy")
	}
}
