package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// keeping runs a harbour, with a door at port 8008 of the private network.
func keeping(t *testing.T) *Host {
	t.Helper()
	return keepingWith(t, "")
}

// keepingWith does so for a person with settings.
func keepingWith(t *testing.T, settings string) *Host {
	t.Helper()
	return keepingIn(t, t.TempDir(), settings)
}

// keepingIn does so for a person who has a home already.
func keepingIn(t *testing.T, home, settings string) *Host {
	t.Helper()
	nettest.NeedPrivate(t)
	file := filepath.Join(home, "config", "limen", "config.toml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(name string) func() (string, error) {
		return func() (string, error) { return filepath.Join(home, name), nil }
	}
	h := New(Config{Home: at("."), State: at("state"), Settings: at("config"), Cache: at("cache")})
	l, err := net.Listen("tcp", "127.0.0.1:8008")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	door := limen.Door{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:8008"), Usual: 80, Grant: limen.GrantElsewhere}
	go func() {
		ended <- h.Keep(ctx, Keeping{Listeners: []net.Listener{l}, Doors: []limen.Door{door}, Ready: func() { close(ready) }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the harbour ended with %v", err)
		}
	})
	<-ready
	return h
}

// website starts a server for a folder of a project, and returns the folder.
func website(t *testing.T, name, listen, port string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	for file, text := range map[string]string{"package.json": `{"name": "` + name + `"}`, "index.html": "<title>" + name + "</title>this is " + name} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server(t, dir, listen, port)
	return dir
}

// server starts one for a folder.
func server(t *testing.T, dir, listen, port string) {
	t.Helper()
	cmd := exec.Command(nettest.Need(t, "python3"), "-m", "http.server", "--bind", listen, port)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// visit asks for a page of a name.
func visit(t *testing.T, name, path string) (status int, text string) {
	t.Helper()
	answer, text := fetch(t, http.MethodGet, "http://127.0.0.1:8008"+path, name, nil, nil)
	return answer.StatusCode, text
}

// until waits until a question is answered as it should be.
func until(t *testing.T, h *Host, is func(limen.Routes) bool) limen.Routes {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for {
		all, err := h.Routes(ctx, op.RoutesIn{All: true})
		if err != nil {
			t.Fatal(err)
		}
		if is(all) {
			return all
		}
		select {
		case <-ctx.Done():
			t.Fatalf("still %+v", all)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func live(name string) func(limen.Routes) bool {
	return func(all limen.Routes) bool {
		for _, r := range all.Routes {
			if r.Name == name && r.State == limen.RouteLive {
				return true
			}
		}
		return false
	}
}

// Whoever asks about names may find a listener in the moment when the harbour ends, and
// begin to look at it.
func TestAHarbourDoesNotEndWhileSomebodyBeginsSomething(t *testing.T) {
	nettest.NeedPrivate(t)
	home := t.TempDir()
	at := func() (string, error) { return home, nil }
	h := New(Config{Home: at, State: at, Settings: at, Cache: at})
	l, err := net.Listen("tcp", "127.0.0.1:8008")
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- h.Keep(t.Context(), Keeping{Listeners: []net.Listener{l}, Ready: func() { close(ready) }})
	}()
	<-ready
	b := h.harbour.Load()
	told := make(chan struct{})
	b.mu.Lock()
	l.Close() // and so it cannot go on
	b.start(func(ctx context.Context) { <-ctx.Done(); close(told) })
	select {
	case <-told:
		t.Error("what was begun is told to end while more may begin")
	case <-time.After(20 * time.Millisecond):
	}
	b.mu.Unlock()
	<-told
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
}

func TestWhatListensGetsTheNameOfItsProject(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	website(t, "blog", "::1", "5174")
	until(t, h, live("shop.localhost"))
	until(t, h, live("blog.localhost"))
	for _, name := range []string{"shop", "blog"} {
		if status, text := visit(t, name+".localhost", "/"); status != 200 || !strings.Contains(text, "this is "+name) {
			t.Errorf("%s.localhost: %d %s", name, status, text)
		}
	}
}

func TestTwoProjectsWithOneNameAreAQuestion(t *testing.T) {
	h := keeping(t)
	first := website(t, "shop", "127.0.0.1", "5173")
	until(t, h, live("shop.localhost"))
	website(t, "shop", "127.0.0.1", "5174")
	all := until(t, h, func(all limen.Routes) bool { return len(all.Unnamed) > 0 && all.Unnamed[0].Name != "" })
	if u := all.Unnamed[0]; u.Name != "shop.localhost" || !strings.Contains(u.Why, first) || u.Next == "" {
		t.Errorf("%+v", u)
	}
	if status, text := visit(t, "shop.localhost", "/package.json"); status != 200 || !strings.Contains(text, "shop") {
		t.Errorf("%d %s", status, text)
	}
}

// routed makes a route, and fails the test if it cannot.
func routed(t *testing.T, h *Host, name, target string, more op.RouteIn) limen.Route {
	t.Helper()
	to, err := limen.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	more.Name, more.Target = name, to
	r, err := h.Route(t.Context(), more)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatWasTypedComesFirstAndGoesAgain(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	website(t, "blog", "127.0.0.1", "5174")
	until(t, h, live("shop.localhost"))
	until(t, h, live("blog.localhost"))
	if _, err := h.Route(t.Context(), op.RouteIn{Name: "shop", Target: limen.Target{Port: 5174}}); !errors.Is(err, limen.Busy) {
		t.Errorf("a name that was seen is taken over: %v", err)
	}
	if r := routed(t, h, "shop", "5174", op.RouteIn{Force: true}); r.State != limen.RouteLive || r.URL != "http://shop.localhost:8008" || r.Owner == nil {
		t.Errorf("%+v", r)
	}
	if _, text := visit(t, "shop.localhost", "/"); !strings.Contains(text, "this is blog") {
		t.Errorf("shop leads to %s", text)
	}
	if _, err := h.Route(t.Context(), op.RouteIn{Name: "shop", Target: limen.Target{Port: 1}}); !errors.Is(err, limen.Busy) {
		t.Errorf("another target: %v", err)
	}
	if _, err := h.Unroute(t.Context(), op.UnrouteIn{Names: []string{"shop"}}); err != nil {
		t.Error(err)
	}
	if _, text := visit(t, "shop.localhost", "/"); !strings.Contains(text, "this is shop") {
		t.Errorf("shop leads to %s", text)
	}
}

func TestANameLeadsToAnotherUnlessInACircle(t *testing.T) {
	h := keeping(t)
	website(t, "blog", "127.0.0.1", "5174")
	until(t, h, live("blog.localhost"))
	if r := routed(t, h, "news", "blog.localhost", op.RouteIn{}); r.State != limen.RouteLive {
		t.Errorf("%+v", r)
	}
	if _, text := visit(t, "news.localhost", "/"); !strings.Contains(text, "this is blog") {
		t.Errorf("news leads to %s", text)
	}
	routed(t, h, "old", "news.localhost", op.RouteIn{})
	for name, to := range map[string]string{"news": "old.localhost", "x": "x.localhost", "y": "nobody.localhost"} {
		if _, err := h.Route(t.Context(), op.RouteIn{Name: name, Target: limen.Target{Route: to}, Force: true}); err == nil {
			t.Errorf("%s leads to %s", name, to)
		}
	}
}

// Names are kept beside all else, and the disk may be slow.
func TestANameCanBeLedToAndTakenAwayBeforeItIsKept(t *testing.T) {
	h := keeping(t)
	b := h.harbour.Load()
	b.writing.Lock() // nothing is kept
	website(t, "blog", "127.0.0.1", "5174")
	until(t, h, live("blog.localhost"))
	if r := routed(t, h, "news", "blog.localhost", op.RouteIn{}); r.State != limen.RouteLive {
		t.Errorf("%+v", r)
	}
	if _, err := h.Route(t.Context(), op.RouteIn{Name: "blog", Target: limen.Target{Port: 3000}}); err == nil {
		t.Error("a name was taken over")
	}
	b.writing.Unlock()
	if _, err := h.Unroute(t.Context(), op.UnrouteIn{Names: []string{"blog"}}); err != nil {
		t.Error(err)
	}
	b.saveAll(t.Context())
	records, all, _, err := h.routeRecords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer records.Close()
	if slices.ContainsFunc(all, func(r limen.Route) bool { return r.Name == "blog.localhost" }) {
		t.Errorf("after it was taken away: %+v", all)
	}
}

func TestARouteIsCarriedAsTCPAtItsOwnAddress(t *testing.T) {
	h := keeping(t)
	echo := func(text, at string) {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				io.WriteString(c, text)
				c.Close()
			}
		}()
	}
	echo("shop's", "127.0.0.1:15432")
	echo("blog's", "[::1]:25432")
	for name, port := range map[string]string{"shop": "15432", "blog": "25432"} {
		r := routed(t, h, "postgres."+name+".localhost", port, op.RouteIn{Port: 5432})
		if !r.Address.IsLoopback() || r.URL != "postgres."+name+".localhost:5432" {
			t.Errorf("%+v", r)
		}
		until(t, h, func(limen.Routes) bool {
			c, err := net.Dial("tcp", netip.AddrPortFrom(r.Address, 5432).String())
			if err != nil {
				return false
			}
			defer c.Close()
			text, err := io.ReadAll(c)
			return err == nil && string(text) == name+"'s"
		})
	}
}

func TestNamesAreThereAgainAfterAKill(t *testing.T) {
	h := keeping(t)
	website(t, "shop", "127.0.0.1", "5173")
	until(t, h, live("shop.localhost"))
	routed(t, h, "x.test/api", "3000", op.RouteIn{Strip: true})
	// Another limen of the same person, which the first has told nothing.
	other := New(Config{Home: h.home, State: h.state, Settings: h.settings, Cache: h.cache})
	all, err := other.Routes(t.Context(), op.RoutesIn{})
	if err != nil || len(all.Routes) != 2 || len(all.Gaps) == 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	if r := all.Routes[0]; r.Name != "shop.localhost" || r.State != limen.RouteAsleep || r.Subject == nil {
		t.Errorf("%+v", r)
	}
	if r := all.Routes[1]; r.Name != "x.test" || r.Path != "/api" || !r.Strip {
		t.Errorf("%+v", r)
	}
}

func TestADaemonThatCouldKeepNothingKeepsNamesOnceItCan(t *testing.T) {
	home := t.TempDir()
	state := filepath.Join(home, "state")
	if err := os.WriteFile(state, nil, 0o600); err != nil { // no directory can be made there
		t.Fatal(err)
	}
	h := keepingIn(t, home, "")
	website(t, "shop", "127.0.0.1", "5173")
	all := until(t, h, live("shop.localhost"))
	isGap := func(g limen.Gap) bool { return g.What == unkept }
	if !slices.ContainsFunc(all.Gaps, isGap) {
		t.Errorf("it is not said that names are not kept: %+v", all.Gaps)
	}
	if err := os.Remove(state); err != nil {
		t.Fatal(err)
	}
	if r := routed(t, h, "api", "5173", op.RouteIn{}); r.State != limen.RouteLive {
		t.Errorf("what was typed is not answered: %+v", r)
	}
	if _, text := visit(t, "api.localhost", "/"); !strings.Contains(text, "this is shop") {
		t.Errorf("api leads to %s", text)
	}
	other := New(Config{Home: h.home, State: h.state, Settings: h.settings, Cache: h.cache})
	until(t, other, func(all limen.Routes) bool { return len(all.Routes) == 2 })
	until(t, h, func(all limen.Routes) bool { return !slices.ContainsFunc(all.Gaps, isGap) })
}

func TestAPinLeadsToAWorktreeAndBack(t *testing.T) {
	h := keeping(t)
	main := website(t, "shop", "127.0.0.1", "5173")
	until(t, h, live("shop.localhost"))
	tree := filepath.Join(t.TempDir(), "shop-fix")
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"}, {"add", "."},
		{"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"}, {"worktree", "add", "-q", "-b", "fix", tree},
	} {
		git := exec.Command(nettest.Need(t, "git"), args...)
		git.Dir = main
		if text, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, text)
		}
	}
	if err := os.WriteFile(filepath.Join(tree, "index.html"), []byte("this is the fix"), 0o644); err != nil {
		t.Fatal(err)
	}
	server(t, tree, "127.0.0.1", "5175")
	until(t, h, live("shop.fix.localhost"))
	leads := func(want string) {
		t.Helper()
		if _, text := visit(t, "shop.localhost", "/"); !strings.Contains(text, want) {
			t.Errorf("shop leads to %s; want %s", text, want)
		}
	}
	leads("this is shop")
	if r, err := h.Pin(t.Context(), op.PinIn{Name: "shop", Tree: "fix"}); err != nil || r.Target.Route != "shop.fix.localhost" {
		t.Fatalf("%+v, %v", r, err)
	}
	leads("this is the fix")
	if _, err := h.Pin(t.Context(), op.PinIn{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	leads("this is shop")
	if _, err := h.Pin(t.Context(), op.PinIn{Name: "shop", Tree: "other"}); !errors.Is(err, limen.NotFound) || !strings.Contains(fmt.Sprint(err), "fix") {
		t.Errorf("another tree: %v", err)
	}
}
