package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/limenhq/limen"
)

// lookEvery is the time between two looks, where the system tells nothing.
const lookEvery = 500 * time.Millisecond

// A watch sees what changes below a folder. Where the system tells of changes
// it listens, and elsewhere it looks again and again.
type watch struct {
	root   string             // an absolute path
	skip   []string           // names of folders to leave out; nil means unwatched
	every  time.Duration      // between two looks; 0 means lookEvery
	settle time.Duration      // how long nothing must happen until a change is told; 0 means settleTime
	notice func(limen.Notice) // told what makes the watch slower than it could be
}

// unwatched are folders with tens of thousands of files that nobody writes by
// hand. What is hidden is not served, and so not watched, either: .git, say.
var unwatched = []string{"node_modules", "bower_components", "__pycache__"}

// A change is what happened to files in one go.
type change struct {
	Paths []string `json:"paths"`          // of URLs, in order
	More  bool     `json:"more,omitempty"` // there are more, or nobody knows which
}

// run tells of changes until ctx ends. It calls ready once, when no change
// escapes it any more.
func (w *watch) run(ctx context.Context, ready func(), tell func(change)) {
	ready = sync.OnceFunc(ready)
	err := w.listen(ctx, ready, tell)
	if err == nil {
		return
	}
	w.notice(w.slower(err))
	w.look(ctx, func() {
		ready()
		tell(change{More: true}) // what happened since nobody listened
	}, tell)
}

// errSilent is why listening would be in vain: the file system tells of no
// changes that were made on another machine, or outside of this virtual one.
type errSilent struct{ kind string }

func (e errSilent) Error() string {
	return "the folder is on a file system that hears of no changes made elsewhere: " + e.kind
}

// A limit is one that the system sets to listening.
type limit struct {
	err       error
	why, next string
}

// limits are those of Linux (inotify(7)); other systems only run out of files.
var limits = []limit{
	{syscall.ENOSPC, "there are more folders than one user may watch", "sudo sysctl fs.inotify.max_user_watches=524288"},
	{syscall.EMFILE, "the programs of this user watch, or have open, as much as they may", "sudo sysctl fs.inotify.max_user_instances=1024"},
}

// slower says why changes are looked for.
func (w *watch) slower(err error) limen.Notice {
	n := limen.Notice{What: fmt.Sprintf("changes are seen up to %v late", w.pause()), Why: err.Error()}
	for _, l := range limits {
		if errors.Is(err, l.err) {
			n.Why, n.Next = l.why, l.next
		}
	}
	return n
}

func (w *watch) pause() time.Duration { return cmp.Or(w.every, lookEvery) }

// wants reports whether changes of a path below the root are told of: neither
// it nor a folder around it may be hidden, left out, or an editor's own.
func (w *watch) wants(path string, isFolder bool) bool {
	relative, err := filepath.Rel(w.root, path)
	if err != nil || relative == ".." || strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return false
	}
	names := strings.Split(filepath.ToSlash(relative), "/")
	for i, name := range names {
		isLast := i == len(names)-1
		switch {
		case relative == ".":
		case !isServable(name), isScratch(name):
			return false
		case (!isLast || isFolder) && w.skips(name):
			return false
		}
	}
	return true
}

func (w *watch) skips(folder string) bool {
	if w.skip == nil {
		return slices.Contains(unwatched, folder)
	}
	return slices.Contains(w.skip, folder)
}

// scratches are how the names of files begin and end that editors write beside
// the one that is edited. Those that begin with a dot are hidden anyway.
var scratches = []struct{ begins, ends string }{
	{"", "~"},            // Vim's and Emacs's copies of what was
	{"", ".swp"},         // Vim
	{"", ".swx"},         // Vim
	{"#", "#"},           // Emacs
	{"", "___jb_tmp___"}, // JetBrains
	{"", "___jb_old___"}, // JetBrains
	{"~$", ""},           // Office
	{"", ".crdownload"},  // Chromium, of a download that goes on
	{"", ".part"},        // Firefox, the same
	{"", ".har"},         // limen itself, which records while a page loads: to load it anew would go on forever
}

// isScratch reports whether a name is one that editors write for themselves.
func isScratch(name string) bool {
	if name == "4913" { // Vim, to see whether it may write into a folder
		return true
	}
	for _, s := range scratches {
		if strings.HasPrefix(name, s.begins) && strings.HasSuffix(name, s.ends) {
			return true
		}
	}
	return false
}
