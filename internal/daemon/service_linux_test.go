package daemon

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// tree is every file and directory below one.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, strings.TrimPrefix(path, dir))
		return err
	}))
	return all
}

func TestInstallingIsUndoneExactly(t *testing.T) {
	home := atHome(t)
	run := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", run)
	must(t, os.MkdirAll(filepath.Join(home, ".config/systemd/user"), 0o755))
	before := tree(t, home)

	s, err := Install(t.Context(), Config{})
	must(t, err)
	file := filepath.Join(home, ".config/systemd/user/limen.service")
	if s.Service != file || len(s.Gaps) != 1 || !strings.Contains(s.Gaps[0].Why, "no systemd of this user runs here") {
		t.Errorf("installing says %+v", s)
	}
	if target, err := os.Readlink(filepath.Join(home, ".config/systemd/user/default.target.wants/limen.service")); err != nil || target != file {
		t.Errorf("it is enabled by a link to %q, %v", target, err)
	}
	if s, err := Status(t.Context(), Config{}); err != nil || s.Service != file {
		t.Errorf("the status has the service %q, %v", s.Service, err)
	}
	_, err = Install(t.Context(), Config{}) // again, as after an update
	must(t, err)

	must(t, os.MkdirAll(filepath.Join(run, "systemd"), 0o700))
	l, err := net.Listen("unix", filepath.Join(run, "systemd", "private"))
	must(t, err)
	defer l.Close()
	if s, err = Install(t.Context(), Config{}); err != nil || len(s.Gaps) != 0 || !strings.Contains(s.Note, "systemctl --user daemon-reload") {
		t.Errorf("where systemd runs, installing says %+v, %v", s, err)
	}

	_, err = Uninstall(t.Context(), Config{})
	must(t, err)
	if after := tree(t, home); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("left behind: %q; there was %q", after, before)
	}
	if _, err := Uninstall(t.Context(), Config{}); !errors.Is(err, limen.NotFound) {
		t.Errorf("a second time: %v; want NotFound", err)
	}
}

func TestAServiceThatIsNotOursIsLeftAlone(t *testing.T) {
	home := atHome(t)
	file := filepath.Join(home, ".config/systemd/user/limen.service")
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte("[Service]\n"), 0o644))
	if s, err := Install(t.Context(), Config{}); !errors.Is(err, limen.Busy) {
		t.Errorf("Install gave %+v, %v; want Busy", s, err)
	}
	if s, err := Uninstall(t.Context(), Config{}); !errors.Is(err, limen.NotFound) {
		t.Errorf("Uninstall gave %+v, %v; want NotFound", s, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "[Service]\n" {
		t.Errorf("it says %q now, %v", text, err)
	}
}
