package keeper

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// at returns the tcp endpoint of an address and port.
func at(s string) limen.Endpoint { return limen.MustParseEndpoint("tcp/" + s) }

// names returns keepers as "kind name", which is what makes two the same.
func names(keepers []limen.Keeper) (list []string) {
	for _, k := range keepers {
		list = append(list, string(k.Kind)+" "+k.Name)
	}
	return list
}

// descendant returns a subject with ancestors of these command lines, parent
// first.
func descendant(lines ...string) Subject {
	s := Subject{Process: limen.Process{ProcessID: limen.ProcessID{PID: 900, Birth: 9}}}
	args := map[int][]string{}
	for i, l := range lines {
		a := limen.Ancestor{ProcessID: limen.ProcessID{PID: 800 - i, Birth: 8}}
		args[a.PID] = strings.Split(l, "|")
		s.Process.Ancestors = append(s.Process.Ancestors, a)
	}
	s.Command = func(pid int) []string { return args[pid] }
	return s
}

// environ returns an environment for a Subject.
func environ(pairs ...string) func(...string) map[string]string {
	return func(keys ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			if slices.Contains(keys, pairs[i]) {
				m[pairs[i]] = pairs[i+1]
			}
		}
		return m
	}
}

// within asks a Finder of an empty machine, and checks that detectors find
// only what they are said to.
func within(t *testing.T, f *Finder, s Subject) ([]limen.Keeper, []limen.Gap) {
	t.Helper()
	if f.Root == "" {
		f.Root = t.TempDir()
	}
	q := f.inquire(s)
	for _, d := range All {
		list, _ := d.find(t.Context(), q)
		for _, k := range list {
			if !slices.Contains(d.kinds, k.Kind) {
				t.Errorf("the detector of %s found a %s", d.name, k.Kind)
			}
		}
		q.found = append(q.found, list...)
	}
	return f.Within(t.Context(), s)
}

func TestAllHoldsEveryDetector(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	declared := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if id, ok := lit.Type.(*ast.Ident); ok && id.Name == "detector" {
					declared++
				}
			}
			return true
		})
	}
	if declared != len(All) {
		t.Errorf("%d detectors are declared, and All has %d", declared, len(All))
	}
	var all []string
	for _, d := range All {
		all = append(all, d.name)
		if len(d.kinds) == 0 || d.find == nil {
			t.Errorf("%s finds nothing", d.name)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != len(All) {
		t.Error("two detectors have the same name")
	}
}

func TestWithinPutsTheNearestFirst(t *testing.T) {
	s := descendant("node|/usr/lib/node_modules/nodemon/bin/nodemon.js|app.js", "-bash", "sshd: nick@pts/3")
	s.Terminal = "pts/3"
	s.Cgroup = "/system.slice/docker-" + id + ".scope/system.slice/shop.service"
	got, _ := within(t, &Finder{}, s)
	want := []string{"watcher nodemon", "ssh nick@pts/3", "systemd shop.service", "docker 0123456789ab"}
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEvidenceSaysThatANameIsOnlyAName(t *testing.T) {
	got, _ := within(t, &Finder{}, descendant("nodemon|app.js"))
	if len(got) != 1 || got[0].Evidence != "ancestor 800 calls itself nodemon" || got[0].PID != 800 {
		t.Errorf("got %+v", got)
	}
}

func TestTheEnvironmentAloneShowsNothing(t *testing.T) {
	s := descendant("-bash")
	s.Environ = environ("TMUX", "/tmp/tmux-0/default,1,0", "STY", "1.x", "pm_id", "0", "name", "api",
		"SUPERVISOR_PROCESS_NAME", "web", "TERM_PROGRAM", "vscode", "SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
	if got, gaps := within(t, &Finder{}, s); len(got)+len(gaps) > 0 {
		t.Errorf("got %+v %+v", got, gaps)
	}
}

func TestNearest(t *testing.T) {
	k := func(kind limen.KeeperKind) limen.Keeper { return limen.Keeper{Kind: kind, Name: "x"} }
	for _, c := range []struct {
		claim  string
		within []limen.Keeper
		want   limen.KeeperKind
	}{
		{"nothing keeps it", nil, ""},
		{"a session is better than nothing", []limen.Keeper{k(limen.Tmux), k(limen.SSH)}, limen.Tmux},
		{"the nearest that restarts wins", []limen.Keeper{k(limen.Tmux), k(limen.Watcher), k(limen.Docker)}, limen.Watcher},
		{"a unit starts its supervisor again, and that the process", []limen.Keeper{k(limen.PM2), k(limen.Systemd)}, limen.PM2},
		{"a unit does not start again what cron ran", []limen.Keeper{k(limen.Cron), k(limen.Systemd)}, limen.Cron},
		{"nor a user's unit what a terminal in it ran", []limen.Keeper{k(limen.Terminal), k(limen.SystemdUser)}, limen.Terminal},
		{"a container is named even where a shell in it ran the process", []limen.Keeper{k(limen.Terminal), k(limen.Docker)}, limen.Docker},
	} {
		var got limen.KeeperKind
		if n := Nearest(c.within); n != nil {
			got = n.Kind
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.claim, got, c.want)
		}
	}
}

func TestAFinderAsksOnceForManyGoroutines(t *testing.T) {
	f := &Finder{Root: t.TempDir()}
	s := descendant("nodemon|app.js")
	var mu sync.Mutex
	asked := 0
	command := s.Command
	s.Command = func(pid int) []string {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return command(pid)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if got, _ := f.Within(context.Background(), s); len(got) != 1 {
				t.Errorf("got %v", got)
			}
		})
	}
	wg.Wait()
	if asked != 1 {
		t.Errorf("the ancestor was asked for %d times", asked)
	}
}

func TestOrphaned(t *testing.T) {
	bare, project := Subject{}, Subject{Process: limen.Process{Project: &limen.Project{Name: "shop"}}}
	unit := []limen.Keeper{{Kind: limen.Systemd, Name: "x.service"}}
	session := []limen.Keeper{{Kind: limen.SSH, Name: "nick"}}
	for _, c := range []struct {
		claim                   string
		s                       Subject
		reparented, sessionGone bool
		within                  []limen.Keeper
		want                    bool
	}{
		{"its parent still runs", project, false, true, nil, false},
		{"a daemon that leads its own session", bare, true, false, nil, false},
		{"its terminal was closed", bare, true, true, nil, true},
		{"started by hand in a project", project, true, false, nil, true},
		{"a unit keeps it", project, true, true, unit, false},
		{"a session keeps nothing", bare, true, true, session, true},
	} {
		if got := Orphaned(c.s, c.reparented, c.sessionGone, c.within); got != c.want {
			t.Errorf("%s: got %v", c.claim, got)
		}
	}
}

// BenchmarkWithin is what one of many workers of a service costs.
func BenchmarkWithin(b *testing.B) {
	s := descendant("node|/usr/lib/node_modules/nodemon/bin/nodemon.js|app.js", "-bash", "sshd: nick@pts/3")
	s.Terminal, s.Cgroup = "pts/3", "/system.slice/shop.service"
	f := &Finder{Root: b.TempDir()}
	for b.Loop() {
		if got, _ := f.Within(b.Context(), s); len(got) != 3 {
			b.Fatal(got)
		}
	}
}
