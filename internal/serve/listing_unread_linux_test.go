package serve

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// asNobody calls f with the rights of a user who owns nothing, also if the test
// is run by root: the kernel asks the file system's user of the thread
// (setfsuid(2)).
func asNobody(f func()) {
	if os.Geteuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	syscall.Setfsuid(65534)
	defer syscall.Setfsuid(0)
	f()
}

func TestWhatMayNotBeReadIsCounted(t *testing.T) {
	w := serveWorld(t, Config{}, map[string]string{"shut/x": "", "names/a": "", "names/b": "", "open/file": "", "open/secret": ""})
	for name, mode := range map[string]os.FileMode{"shut": 0, "names": 0o444, "open/secret": 0} {
		full := filepath.Join(w.dir, name)
		if err := os.Chmod(full, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(full, 0o777) })
	}
	root := w.site.root.current()
	asNobody(func() {
		looker, err := openLooker(root, ".")
		if err != nil {
			t.Fatal(err)
		}
		defer looker.Close()
		searched := &listing{looker: looker, wish: wish{order: orders[0], search: []string{"x"}}}
		for e := range searched.found(t.Context()) {
			t.Errorf("found %q", e.name)
		}
		if searched.left.Unread != 2 || len(searched.notes) != 0 {
			t.Errorf("a search counts %+v, and notes %q", searched.left, searched.notes)
		}
		for _, f := range archiveFormats {
			left, err := looker.pack(t.Context(), new(bytes.Buffer), &f, "x")
			if err != nil || left.Unread != 3 { // both folders, and secret
				t.Errorf("%s counts %+v, %v", f.name, left, err)
			}
		}
		names, err := openLooker(root, "names")
		if err != nil {
			t.Fatal(err)
		}
		defer names.Close()
		folder, err := root.Open("names")
		if err != nil {
			t.Fatal(err)
		}
		read, err := namesOf(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer read.Close()
		l := &listing{names: read, looker: names, wish: wish{order: orders[0]}}
		for e := range l.entries(t.Context()) {
			t.Errorf("a row for %q, which nothing is known of", e.name)
		}
		if l.left.Unread != 2 {
			t.Errorf("a listing counts %+v", l.left)
		}
	})
}
