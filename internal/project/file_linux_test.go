package project

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

func TestWhatMayNotBeReadSaysNothing(t *testing.T) {
	root := tree(t,
		"shop/package.json", `{"name":"secret"}`, "shop/go.mod", "module shop\n",
		"closed/go.mod", "module closed\n", "closed/in/", "")
	beNobody(t, filepath.Dir(root))
	closed := filepath.Join(root, "closed")
	for _, path := range []string{filepath.Join(root, "shop", "package.json"), closed} {
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(closed, 0o755) }) // so that it can be removed
	f := &Finder{Home: root}
	if p := f.Find(filepath.Join(root, "shop")); p == nil || p.Name != "shop" {
		t.Errorf("Find = %v, want the name in go.mod", p)
	}
	if p := f.Find(filepath.Join(closed, "in")); p != nil {
		t.Errorf("Find = %v, of a directory that may not be entered", p)
	}
}

// beNobody makes a test that runs as root look at files as the user nobody
// does (setfsuid(2)), who is given those below dir. Only its thread changes.
func beNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, nobody)
	})
	if err != nil {
		t.Skipf("a root that may give files away is missing: %v", err)
	}
	runtime.LockOSThread()
	syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
	t.Cleanup(func() {
		syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
		runtime.UnlockOSThread()
	})
}
