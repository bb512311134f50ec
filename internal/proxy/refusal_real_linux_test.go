package proxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A strictServer is a real server that refuses hosts, in a project of its own,
// testdata/refusal/PROJECT.txtar, where LINE is the place for what it wants to
// be told.
type strictServer struct {
	project string
	needs   string // a program, or npm: and a package
	command string
	built   string // what it is built with
	by      string // whose words the answer is known by
}

var strictServers = []strictServer{
	{"vite", "npm:vite", "node node_modules/vite/bin/vite.js --port 3000 --host 127.0.0.1 --strictPort", "Vite", "Vite"},
	{"astro", "npm:astro", "node node_modules/astro/astro.js dev --port 3000 --host 127.0.0.1", "Astro", "Astro"},
	{"webpack", "npm:webpack-dev-server", "node serve.js", "", "webpack-dev-server"},
	{"django", "django-admin", "/usr/bin/python3 -u settings.py runserver --noreload 127.0.0.1:3000", "Django", "Django"},
	{"starlette", "uvicorn", "/usr/bin/python3 -m uvicorn app:app --port 3000", "FastAPI", "Starlette's TrustedHostMiddleware"},
}

// The line that limen names is written where it says, and the server answers.
func TestRealServersAnswerOnceTheLineIsThere(t *testing.T) {
	nettest.NeedPrivate(t)
	for _, s := range strictServers {
		t.Run(s.project, func(t *testing.T) {
			dir := s.lay(t)
			var line string
			s.run(t, dir, "", func(answer *http.Response, asked *http.Request) {
				page := s.heed(answer, asked)
				body, _ := io.ReadAll(page.Body)
				if !strings.Contains(strings.ReplaceAll(string(body), "&#39;", "'"), "<h1>"+s.by+" refused the name shop.test</h1>") {
					t.Fatalf("%d %s", page.StatusCode, body)
				}
				line = lineOf(s.by, body)
			})
			s.run(t, dir, line, func(answer *http.Response, asked *http.Request) {
				body, _ := io.ReadAll(s.heed(answer, asked).Body)
				if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "the shop") {
					t.Errorf("with %s it answers %d %s", line, answer.StatusCode, body)
				}
			})
		})
	}
}

// lineOf is the line that a page names, of those that limen knows.
func lineOf(by string, page []byte) string {
	for _, row := range hostRefusals {
		line := strings.ReplaceAll(row.line, "{host}", "shop.test")
		if row.by == by && strings.Contains(string(page), "<pre><code>"+strings.ReplaceAll(line, `"`, "&#34;")) {
			return line
		}
	}
	return ""
}

// heed looks at an answer as the proxy does for a browser.
func (s strictServer) heed(answer *http.Response, asked *http.Request) *http.Response {
	p := New(Config{Circumstance: func(context.Context, limen.Route) Circumstance { return Circumstance{Framework: s.built} }})
	p.heedRefusal(asked, Route{Route: limen.Route{Name: "shop.test"}}, answer)
	return answer
}

// lay writes the project.
func (s strictServer) lay(t *testing.T) (dir string) {
	dir = t.TempDir()
	name, isPackage := strings.CutPrefix(s.needs, "npm:")
	if packages, err := filepath.Abs("../../.peers/node_modules"); !isPackage {
		nettest.Need(t, s.needs)
	} else if err != nil {
		t.Fatal(err)
	} else if _, err := os.Stat(filepath.Join(packages, name)); err != nil {
		nettest.Skip(t, "needs the package "+name+" of npm, which .ci/run peers installs")
	} else if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run starts the server with a line in its settings, asks it for a page of
// shop.test, and ends it.
func (s strictServer) run(t *testing.T, dir, line string, look func(*http.Response, *http.Request)) {
	t.Helper()
	project, err := txtar.ParseFile(filepath.Join("testdata/refusal", s.project+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range project.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(f.Data), "LINE", line)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	words := strings.Fields(s.command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ASTRO_TELEMETRY_DISABLED=1", "NO_COLOR=1", "CI=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() { <-ended }()
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	late := time.After(time.Minute)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := net.Dial("tcp", "127.0.0.1:3000")
		if err == nil {
			c.Close()
			break
		}
		select {
		case <-tick.C:
		case err := <-ended:
			ended <- err
			t.Fatalf("%s: %v:\n%s", s.command, err, printed.String())
		case <-late:
			t.Fatalf("%s does not listen", s.command)
		}
	}
	asked := httptest.NewRequest(http.MethodGet, "http://shop.test:8008/", nil)
	asked.Header.Set("Accept", firefox)
	sent := asked.Clone(t.Context())
	sent.RequestURI, sent.URL.Host = "", "127.0.0.1:3000"
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	answer, err := client.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	look(answer, asked)
}
