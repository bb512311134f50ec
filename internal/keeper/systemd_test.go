package keeper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// tree writes files under a new root: name, text, name, text. A text that
// begins with "-> " makes a link.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(root, files[i])
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if target, ok := strings.CutPrefix(files[i+1], "-> "); ok && err == nil {
			err = os.Symlink(target, file)
		} else if err == nil {
			err = os.WriteFile(file, []byte(files[i+1]), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestAUnitIsNamedWithItsFile(t *testing.T) {
	root := tree(t,
		"/usr/lib/systemd/system/nginx.service", "",
		"/etc/systemd/system/nginx.service", "",
		"/usr/lib/systemd/system/getty@.service", "",
		"/usr/lib/systemd/system/getty@tty9.service", "",
		"/run/user/1000/systemd/user/x.service", "",
		"/etc/systemd/user/y.service", "",
	)
	const user = "/user.slice/user-1000.slice/user@1000.service/app.slice/"
	for path, want := range map[string]limen.Keeper{
		"/system.slice/nginx.service":                      {Kind: limen.Systemd, Name: "nginx.service", File: "/etc/systemd/system/nginx.service"},
		"/system.slice/system-getty.slice/getty@a.service": {Kind: limen.Systemd, Name: "getty@a.service", File: "/usr/lib/systemd/system/getty@.service"},
		"/system.slice/getty@tty9.service":                 {Kind: limen.Systemd, Name: "getty@tty9.service", File: "/usr/lib/systemd/system/getty@tty9.service"},
		"/system.slice/gone.service":                       {Kind: limen.Systemd, Name: "gone.service"},
		user + "x.service":                                 {Kind: limen.SystemdUser, Name: "x.service", File: "/run/user/1000/systemd/user/x.service"},
		user + "y.service":                                 {Kind: limen.SystemdUser, Name: "y.service", File: "/etc/systemd/user/y.service"},
		"/lxc.payload.web/system.slice/nginx.service":      {Kind: limen.Systemd, Name: "nginx.service", Container: &limen.Container{ID: "web"}},
		"/machine.slice/machine-a.scope/payload/b.service": {Kind: limen.Systemd, Name: "b.service", Container: &limen.Container{ID: "a"}},
	} {
		f := &Finder{Root: root}
		got, gaps := f.Within(t.Context(), Subject{Cgroup: path})
		want.Evidence = "control group " + path
		if want.File != "" {
			want.File = root + want.File
		}
		if len(got) == 0 {
			t.Errorf("%s: nothing", path)
			continue
		}
		if diff := cmp.Diff(want, got[0]); diff != "" || len(gaps) > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", path, gaps, diff)
		}
	}
}

func TestUnitsInAHomeAreOnlyItsOwners(t *testing.T) {
	home := tree(t, ".config/systemd/user/x.service", "")
	st, err := os.Stat(home)
	if err != nil {
		t.Fatal(err)
	}
	uid := ownerOf(st)
	if uid < 0 {
		t.Skip("this system does not number users")
	}
	f := &Finder{Root: t.TempDir(), Home: home}
	if got := f.unitFile("x.service", manager{true, uid}); got != home+"/.config/systemd/user/x.service" {
		t.Errorf("got %q", got)
	}
	if got := f.unitFile("x.service", manager{true, uid + 1}); got != "" {
		t.Errorf("another user's unit was found in %q", got)
	}
}

func TestLXCIsStoppedByWhoKeepsIt(t *testing.T) {
	root := tree(t,
		"/var/lib/lxc/a/config", "",
		"/var/lib/incus/containers/b/x", "",
		"/var/snap/lxd/common/lxd/containers/c/x", "",
	)
	for name, want := range map[string]string{"a": "sudo lxc-stop -n a", "b": "incus stop b", "c": "lxc stop c", "d": ""} {
		f := &Finder{Root: root}
		got, _ := f.Within(t.Context(), Subject{Cgroup: "/lxc.payload." + name})
		if len(got) != 1 || Stop(got[0]) != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
