package resolve

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"golang.org/x/sys/unix"
)

// mount gives the test's thread, and what it starts, mounts of their own, and
// puts each file into the place of another.
func mount(t *testing.T, at map[string]string) {
	t.Helper()
	runtime.LockOSThread() // and never unlocked: the thread ends with the test
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		nettest.Skip(t, "needs mounts of its own: "+err.Error())
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		nettest.Skip(t, "needs mounts of its own: "+err.Error())
	}
	for to, from := range at {
		if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
			t.Fatalf("mount %s at %s: %v", from, to, err)
		}
		t.Cleanup(func() { unix.Unmount(to, unix.MNT_DETACH) })
	}
}

func TestAFileOfHostsThatIsMountedIsWrittenInPlaceAndKept(t *testing.T) {
	const before = "127.0.0.1 localhost\n"
	h := hostsFile(t, before)
	mount(t, map[string]string{h.Path: h.Path})
	gap, err := h.Write(t.Context(), []Entry{entry("shop.test")})
	if err != nil || gap == nil || !strings.Contains(gap.Next, h.Path+backup) {
		t.Fatalf("%+v, %v", gap, err)
	}
	if kept, err := os.ReadFile(h.Path + backup); err != nil || string(kept) != before {
		t.Errorf("kept is %q, %v", kept, err)
	}
	if b, err := h.Read(); err != nil || len(b.Names) != 1 {
		t.Errorf("%+v, %v", b, err)
	}
	if gap, err := h.Write(t.Context(), nil); gap != nil || err != nil {
		t.Fatalf("%+v, %v", gap, err)
	}
	h.mustBe(t, before)
}

func TestANewFileOfHostsHasTheRightsOfTheOldOne(t *testing.T) {
	nettest.NeedRoot(t)
	h := hostsFile(t, "x\n")
	if err := errors.Join(os.Chown(h.Path, 3, 4), os.Chmod(h.Path, 0o640)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Write(t.Context(), []Entry{entry("shop.test")}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(h.Path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 3 || s.Gid != 4 || info.Mode().Perm() != 0o640 {
		t.Errorf("it belongs to %d:%d, with mode %v", s.Uid, s.Gid, info.Mode())
	}
}

func TestWithoutRightsTheCommandIsNamedThatHasThem(t *testing.T) {
	h := hostsFile(t, "x\n")
	dir := filepath.Dir(h.Path)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	if os.Geteuid() == 0 {
		// Root may write anyway, but for a thread without its capabilities.
		runtime.LockOSThread()
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Write(t.Context(), []Entry{entry("shop.test")})
	if e := new(limen.Error); !errors.As(err, &e) || e.Kind != limen.Denied || e.Next != "sudo limen again" {
		t.Errorf("%v", err)
	}
	// What is so already needs no rights.
	if _, err := h.Write(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
