package keeper

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// shortRoot returns a directory whose path leaves room for a socket's: 108
// bytes are all that sockaddr_un holds.
func shortRoot(t *testing.T) string {
	root, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	return root
}

// A dock is an engine: a real HTTP server on a real socket, which answers with
// a recording.
type dock struct {
	asked  atomic.Int32
	closed chan struct{} // one value for each connection that ended
}

// startEngine starts an engine at path.
func startEngine(t *testing.T, path string, answer http.HandlerFunc) *dock {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	d := &dock{closed: make(chan struct{}, 100)}
	s := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d.asked.Add(1)
			if r.Method != "GET" || r.URL.Path != "/containers/json" {
				t.Errorf("asked %s %s", r.Method, r.URL)
			}
			answer(w, r)
		}),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				d.closed <- struct{}{}
			}
		},
	}
	done := make(chan struct{})
	go func() { defer close(done); s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return d
}

// recording answers with a file of testdata.
func recording(t *testing.T, name string) http.HandlerFunc {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
}

// asPodman answers as Podman does.
func asPodman(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Libpod-API-Version", "5.4.0")
		answer(w, r)
	}
}

// inContainer is the subject of a process in the recorded shop-db-1.
func inContainer() Subject { return Subject{Cgroup: "/system.slice/docker-" + dbID + ".scope"} }

const dbID = "9c6f07c1a3f1d0f8b6d52f3f0b4e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"

func TestAContainerIsNamedByItsEngine(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	d := startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	want := []limen.Keeper{{
		Kind: limen.Docker, Name: "shop-db-1", Evidence: "control group /system.slice/docker-" + dbID + ".scope",
		Container: &limen.Container{ID: dbID, Image: "postgres:16", Project: "shop", Service: "db"},
	}}
	for range 3 {
		got, gaps := f.Within(t.Context(), inContainer())
		if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
			t.Fatalf("gaps %v (-want +got):\n%s", gaps, diff)
		}
	}
	if n := d.asked.Load(); n != 1 {
		t.Errorf("the engine was asked %d times", n)
	}
	<-d.closed // nothing stays open
}

func TestAnEngineThatDoesNotAnswerIsAGap(t *testing.T) {
	for _, c := range []struct {
		claim    string
		answer   http.HandlerFunc
		patience time.Duration
		why      string // part of it
	}{
		{"there is none", nil, 0, "there is no socket at"},
		{"it refuses", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, time.Minute, "answered 403 Forbidden"},
		{"it points elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, time.Minute, "answered 307"},
		{"it stalls", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 20 * time.Millisecond, "did not answer within 20ms"},
		{"it stalls half way", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `[{"Id":"a"},`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, 20 * time.Millisecond, "did not answer within 20ms"},
		{"it talks garbage", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\x00\x1b]0;x") }, time.Minute, "no list of containers"},
		{"it answers something else", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"message":"no"}`) }, time.Minute, "it begins with"},
		{"it is cut short", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `[{"Id":"a"}`) }, time.Minute, "unexpected EOF"},
		{"it never ends", func(w http.ResponseWriter, _ *http.Request) {
			for err := error(nil); err == nil; {
				_, err = fmt.Fprint(w, `[`+strings.Repeat(" ", 1<<16))
			}
		}, time.Minute, "no list of containers"},
		{"it has too much to say", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "[")
			for err := error(nil); err == nil; {
				_, err = fmt.Fprint(w, `{"Id":"a","Image":"`+strings.Repeat("x", 1<<16)+`"},`)
			}
		}, time.Minute, "larger than 8388608 bytes"},
		{"it says too much of one", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `[{"Id":"a","Image":"`+strings.Repeat("x", 1<<20)+`"}]`)
		}, time.Minute, "an entry is larger than 262144 bytes"},
		{"it has too many", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `[`+strings.Repeat(`{"Id":"a"},`, 20_000)+`{}]`)
		}, time.Minute, "more than 10000 entries"},
	} {
		t.Run(c.claim, func(t *testing.T) {
			f := &Finder{Root: shortRoot(t), Patience: c.patience}
			if c.answer != nil {
				startEngine(t, f.Root+"/run/docker.sock", c.answer)
			}
			got, gaps := f.Within(t.Context(), inContainer())
			if len(got) != 1 || got[0].Name != dbID[:12] || got[0].Container.ID != dbID {
				t.Errorf("got %+v", got)
			}
			if len(gaps) != 1 || gaps[0].What != "the names of docker containers" || !strings.Contains(gaps[0].Why, c.why) || gaps[0].Next != "docker ps" {
				t.Errorf("gaps %+v", gaps)
			}
		})
	}
}

func TestAnEngineThatMayNotBeAskedIsAGap(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may ask every engine")
	}
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	if err := os.Chmod(f.Root+"/run/docker.sock", 0); err != nil {
		t.Fatal(err)
	}
	_, gaps := f.Within(t.Context(), inContainer())
	if len(gaps) != 1 || gaps[0].Next != "run limen as root, or as a user who may use docker" {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestACallerWhoCouldNotWaitSpoilsNothing(t *testing.T) {
	f := &Finder{Root: shortRoot(t), Patience: time.Minute}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, gaps := f.Within(gone, inContainer()); len(gaps) != 1 {
		t.Errorf("gaps %v", gaps)
	}
	if _, gaps := f.Within(t.Context(), inContainer()); len(gaps) != 0 {
		t.Errorf("gaps %v", gaps)
	}
}

func TestAUsersContainerIsNotAskedOfTheSystemsEngine(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	d := startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	s := Subject{Cgroup: "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" + dbID + ".scope"}
	got, _ := f.Within(t.Context(), s)
	if diff := cmp.Diff([]string{"docker " + dbID[:12]}, names(got)); diff != "" || d.asked.Load() > 0 {
		t.Error("a user could take the name of the system's container by the name of a control group:", diff)
	}
	startEngine(t, f.Root+"/run/user/1000/docker.sock", recording(t, "docker.json"))
	got, _ = (&Finder{Root: f.Root}).Within(t.Context(), s)
	if diff := cmp.Diff([]string{"docker shop-db-1"}, names(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPodmanInDockersPlaceIsPodman(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/podman/podman.sock", asPodman(recording(t, "docker.json")))
	if err := os.Symlink("podman/podman.sock", f.Root+"/run/docker.sock"); err != nil {
		t.Fatal(err)
	}
	got, gaps := f.Published(t.Context(), at("0.0.0.0:8080"))
	if diff := cmp.Diff([]string{"podman shop-web-1"}, names(got)); diff != "" || len(gaps) > 0 {
		t.Error(gaps, diff)
	}
}

func TestAContainerInAnyControlGroupIsFoundByItsEngine(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/podman/podman.sock", asPodman(recording(t, "docker.json")))
	got, gaps := f.Within(t.Context(), Subject{Cgroup: "/custom/" + dbID})
	if diff := cmp.Diff([]string{"podman shop-db-1"}, names(got)); diff != "" || len(gaps) > 0 {
		t.Error(diff, gaps)
	}
	for _, path := range []string{"/custom/" + id, "/lxc.payload.web/custom/" + dbID} {
		_, gaps := f.Within(t.Context(), Subject{Cgroup: path})
		if len(gaps) != 1 || !strings.HasPrefix(gaps[0].What, "which engine keeps container") {
			t.Errorf("%s: gaps %v", path, gaps)
		}
	}
}

func TestAContainerThatItsEngineDoesNotListIsAGap(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	for path, why := range map[string]string{
		"/docker/" + id:                     "the engine that answers does not list it",
		"/lxc.payload.web/docker/" + dbID:   "its engine runs inside container web",
		"/docker/" + dbID + "/docker/" + id: "its engine runs inside container " + dbID[:12],
	} {
		if _, gaps := f.Within(t.Context(), Subject{Cgroup: path}); len(gaps) != 1 || gaps[0].Why != why {
			t.Errorf("%s: gaps %v", path, gaps)
		}
	}
}

func FuzzParseContainers(f *testing.F) {
	if b, err := os.ReadFile("testdata/docker.json"); err == nil {
		f.Add(b)
	}
	f.Add([]byte(`[{"Id":"a","Names":["/b/c","/d"],"Ports":[{"PublicPort":1}]}]`))
	f.Add([]byte(`[{}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseContainers(bytes.NewReader(b))
		if err != nil && list != nil {
			t.Error("a list that is not whole was returned")
		}
		for _, c := range list {
			if k := c.keeper(limen.Docker); k.Name == "" {
				t.Errorf("%+v has no name", c)
			}
			for _, p := range c.Ports {
				p.holds(at("127.0.0.1:1"))
				p.serves(at("0.0.0.0:1"))
			}
		}
	})
}
