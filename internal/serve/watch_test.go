package serve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A watched is a folder that is watched in a test.
type watched struct {
	t       *testing.T
	root    string
	changes chan change
}

// A way is how a folder is watched.
type way struct {
	name   string
	run    func(w *watch, ctx context.Context, ready func(), tell func(change))
	settle time.Duration
}

// ways are both, which have to see the same.
var ways = []way{
	{"listening", (*watch).run, 0},
	{"looking", (*watch).look, 0},
}

// start watches a folder until the test ends, and returns when nothing escapes.
func (way way) start(t *testing.T, root string) watched {
	t.Helper()
	w := &watch{root: root, every: 10 * time.Millisecond, settle: way.settle, notice: func(n limen.Notice) { t.Errorf("noticed %+v", n) }}
	ctx, stop := context.WithCancel(t.Context())
	is := watched{t, root, make(chan change, 1000)}
	ready := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { way.run(w, ctx, func() { close(ready) }, func(c change) { is.changes <- c }) })
	t.Cleanup(func() { stop(); running.Wait() })
	<-ready
	return is
}

// sees waits until all paths were told of, and returns what else was.
func (is watched) sees(paths ...string) (others []string) {
	is.t.Helper()
	missing := slices.Clone(paths)
	for len(missing) > 0 {
		select {
		case c := <-is.changes:
			for _, path := range c.Paths {
				if !slices.Contains(paths, path) {
					others = append(others, path)
				}
			}
			missing = slices.DeleteFunc(missing, func(path string) bool { return slices.Contains(c.Paths, path) })
		case <-time.After(10 * time.Second):
			is.t.Fatalf("was never told of %q, but of %q", missing, others)
		}
	}
	return others
}

func inEachWay(t *testing.T, test func(t *testing.T, way way)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			test(t, way)
		})
	}
}

func TestAWatchSeesWhatHappensToFiles(t *testing.T) {
	inEachWay(t, func(t *testing.T, way way) {
		dir := folderOf(t, map[string]string{"index.html": "1", "sub/deep/a.css": "1", "old.js": "1", "gone.png": "1"})
		is := way.start(t, dir)
		write(t, filepath.Join(dir, "index.html"), "22")
		is.sees("/index.html")
		write(t, filepath.Join(dir, "sub/deep/a.css"), "22")
		is.sees("/sub/deep/a.css")
		write(t, filepath.Join(dir, "new.js"), "1")
		is.sees("/new.js")
		must(t, os.Rename(filepath.Join(dir, "old.js"), filepath.Join(dir, "sub/new.js")))
		is.sees("/old.js", "/sub/new.js")
		must(t, os.Remove(filepath.Join(dir, "gone.png")))
		is.sees("/gone.png")
		later := time.Now().Add(time.Hour)
		must(t, os.Chtimes(filepath.Join(dir, "index.html"), later, later))
		is.sees("/index.html")
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAWatchFollowsFoldersThatComeAndMove(t *testing.T) {
	inEachWay(t, func(t *testing.T, way way) {
		dir := folderOf(t, map[string]string{"a/b/c.txt": "1"})
		is := way.start(t, dir)
		write(t, filepath.Join(dir, "new/er/x.txt"), "1")
		is.sees("/new/er/x.txt")
		write(t, filepath.Join(dir, "new/er/x.txt"), "22")
		is.sees("/new/er/x.txt")
		must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "moved")))
		is.sees("/moved/b/c.txt")
		write(t, filepath.Join(dir, "moved/b/c.txt"), "22")
		is.sees("/moved/b/c.txt")
		write(t, filepath.Join(dir, "moved/b/d.txt"), "1")
		is.sees("/moved/b/d.txt")
	})
}

func TestAWatchOutlivesItsFolder(t *testing.T) {
	inEachWay(t, func(t *testing.T, way way) {
		dir := filepath.Join(t.TempDir(), "dist")
		write(t, filepath.Join(dir, "index.html"), "1")
		is := way.start(t, dir)
		must(t, os.RemoveAll(dir))
		is.sees("/index.html")
		write(t, filepath.Join(dir, "index.html"), "22")
		for {
			c := <-is.changes
			if c.More || slices.Contains(c.Paths, "/index.html") {
				break
			}
		}
		write(t, filepath.Join(dir, "style.css"), "1")
		is.sees("/style.css")
	})
}

func TestAWatchLeavesOutWhatIsNotServedAndWhatEditorsWriteForThemselves(t *testing.T) {
	inEachWay(t, func(t *testing.T, way way) {
		dir := folderOf(t, map[string]string{".git/index": "1", "node_modules/left-pad/index.js": "1", "a.html": "1"})
		is := way.start(t, dir)
		for _, name := range []string{
			".git/index", ".git/HEAD", "node_modules/left-pad/index.js", "node_modules/new/index.js", "sub/node_modules/x.js",
			"4913", "a.html~", ".a.html.swp", "a.html.swp", "#a.html#", "a.html___jb_tmp___", "a.html___jb_old___", ".env",
		} {
			write(t, filepath.Join(dir, name), "22")
		}
		write(t, filepath.Join(dir, "z.html"), "1")
		others := is.sees("/z.html")
		others = slices.DeleteFunc(others, func(path string) bool { return path == "/sub" || path == "/" })
		if len(others) > 0 {
			t.Errorf("was also told of %q", others)
		}
	})
}

func TestASaveIsOneChangeHoweverAnEditorWritesIt(t *testing.T) {
	dir := folderOf(t, map[string]string{"a.html": "1"})
	file := filepath.Join(dir, "a.html")
	for name, save := range map[string]func(){
		"in place": func() { write(t, file, "in place") },
		"by another file": func() {
			write(t, file+".tmp", "by another")
			must(t, os.Rename(file+".tmp", file))
		},
		"as Vim does": func() {
			write(t, filepath.Join(dir, "4913"), "")
			must(t, os.Remove(filepath.Join(dir, "4913")))
			must(t, os.Rename(file, file+"~"))
			write(t, file, "as Vim")
			must(t, os.Remove(file+"~"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Long enough for the test itself, however slow the machine is.
			is := way{"listening", (*watch).run, time.Second}.start(t, dir)
			save()
			write(t, filepath.Join(dir, "end"), name) // one burst with the save: whatever follows is another
			var all []change
			for {
				all = append(all, <-is.changes)
				if slices.Contains(all[len(all)-1].Paths, "/end") {
					break
				}
			}
			named := 0
			for _, c := range all {
				if slices.Contains(c.Paths, "/a.html") {
					named++
				}
			}
			if named != 1 {
				t.Errorf("a save was told as %d changes: %v", named, all)
			}
		})
	}
}

func TestAChangeOfThousandsOfFilesIsBounded(t *testing.T) {
	inEachWay(t, func(t *testing.T, way way) {
		dir := t.TempDir()
		is := way.start(t, dir)
		for i := range 3 * mostNamed {
			write(t, filepath.Join(dir, fmt.Sprint(i)), "1")
		}
		for seen := 0; ; {
			c := <-is.changes
			seen += len(c.Paths)
			if len(c.Paths) > mostNamed {
				t.Fatalf("%d files are named in one change", len(c.Paths))
			}
			if c.More || seen >= 3*mostNamed {
				break
			}
		}
	})
}

func TestWhyChangesAreLookedForIsSaid(t *testing.T) {
	w := &watch{}
	for _, test := range []struct {
		err       error
		why, next string
	}{
		{fmt.Errorf("add: %w", syscall.ENOSPC), "more folders than", "sudo sysctl fs.inotify.max_user_watches="},
		{os.NewSyscallError("inotify_init1", syscall.EMFILE), "as much as they may", "sudo sysctl fs.inotify.max_user_instances="},
		{errSilent{"9p"}, "hears of no changes made elsewhere: 9p", ""},
		{errors.New("no idea"), "no idea", ""},
	} {
		n := w.slower(test.err)
		if n.What != "changes are seen up to 500ms late" || !strings.Contains(n.Why, test.why) || !strings.HasPrefix(n.Next, test.next) || (n.Next == "") != (test.next == "") {
			t.Errorf("%v: %+v", test.err, n)
		}
	}
}
