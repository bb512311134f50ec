package wire

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
)

func TestASocketIsItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(directory(t), "of", "limen")
	l, err := Listen(filepath.Join(dir, "s"))
	must(t, err)
	defer l.Close()
	for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Dir(dir): 0o700, filepath.Join(dir, "s"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

func TestNothingIsLeftOfAListener(t *testing.T) {
	leaves(t)
	dir := directory(t)
	l, err := Listen(filepath.Join(dir, "s"))
	must(t, err)
	must(t, l.Close())
	must(t, l.Close())
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestASecondLimenDoesNotStealTheSocketOfTheFirst(t *testing.T) {
	socket := served(t, handle(everything, nil))
	c := dialled(t, socket)
	if l, err := Listen(socket); !errors.Is(err, ErrInUse) || !errors.Is(err, limen.Busy) {
		t.Errorf("Listen gave %v, %v; want ErrInUse", l, err)
	}
	if _, err := echo.On(t.Context(), c, word{}); err != nil {
		t.Errorf("afterwards the first one says %v", err)
	}
	if _, err := Dial(t.Context(), socket); err != nil {
		t.Errorf("afterwards nobody reaches the first one: %v", err)
	}
}

func TestASocketThatAnswersWithoutALockIsNotStolen(t *testing.T) {
	socket := filepath.Join(directory(t), "s")
	other, err := net.Listen("unix", socket)
	must(t, err)
	defer other.Close()
	if l, err := Listen(socket); !errors.Is(err, ErrInUse) {
		t.Errorf("Listen gave %v, %v; want ErrInUse", l, err)
	}
	if _, err := os.Stat(socket); err != nil {
		t.Error(err)
	}
}

func TestTheSocketOfAKilledLimenIsReplaced(t *testing.T) {
	socket := filepath.Join(directory(t), "s")
	p := start(t, "serve", socket, 0)
	if said := p.line(t); said != "ready" {
		t.Fatal(said)
	}
	must(t, p.Process.Kill())
	p.Wait()
	if _, err := Dial(t.Context(), socket); !errors.Is(err, ErrNobody) || !errors.Is(err, limen.NotFound) {
		t.Errorf("Dial gave %v; want ErrNobody", err)
	}
	must(t, os.Chmod(filepath.Dir(socket), 0o700)) // as it was made; see serveUntilKilled
	l, err := Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	must(t, l.Close())
}

func TestOfManyThatListenAtOnceOneDoes(t *testing.T) {
	leaves(t)
	dir := directory(t)
	socket := filepath.Join(dir, "s")
	var listening, had atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				l, err := Listen(socket)
				switch {
				case errors.Is(err, ErrInUse):
				case err != nil:
					t.Error(err)
				default:
					if n := listening.Add(1); n != 1 {
						t.Errorf("%d listen at once", n)
					}
					had.Add(1)
					c, err := net.Dial("unix", socket)
					if err != nil {
						t.Error(err)
					} else {
						c.Close()
					}
					listening.Add(-1)
					if err := l.Close(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 || had.Load() == 0 {
		t.Errorf("%d listened; left behind: %v, %v", had.Load(), left, err)
	}
}

func TestAListenerRemovesNoSocketOfAnother(t *testing.T) {
	socket := filepath.Join(directory(t), "s")
	l, err := Listen(socket)
	must(t, err)
	must(t, os.Remove(socket))
	other, err := net.Listen("unix", socket)
	must(t, err)
	defer other.Close()
	must(t, l.Close())
	if _, err := os.Stat(socket); err != nil {
		t.Errorf("the other one's socket is gone: %v", err)
	}
}

func TestListenRefusesWhatIsNotSafe(t *testing.T) {
	dir := directory(t)
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("dear"), 0o600))
	loose := filepath.Join(dir, "loose")
	must(t, os.Mkdir(loose, 0o700))
	must(t, os.Chmod(loose, 0o750))
	must(t, os.Mkdir(filepath.Join(dir, "own"), 0o700))
	must(t, os.Symlink("own", filepath.Join(dir, "link")))
	for name, test := range map[string]struct {
		path string
		kind limen.Kind
		says string
	}{
		"a relative path":            {"s", limen.Invalid, "must be absolute"},
		"a NUL":                      {"/tmp/a\x00b", limen.Invalid, "NUL"},
		"too long a path":            {"/tmp/" + strings.Repeat("a", 200), limen.Invalid, "205 bytes"},
		"a file":                     {filepath.Join(dir, "file"), limen.Busy, "no socket"},
		"a directory":                {filepath.Join(dir, "own"), limen.Busy, "no socket"},
		"a file as directory":        {filepath.Join(dir, "file", "s"), limen.Denied, "not a directory"},
		"a directory others may use": {filepath.Join(loose, "s"), limen.Denied, "whose mode is 0750; put"},
		"a link to a directory":      {filepath.Join(dir, "link", "s"), limen.Invalid, "is no directory"},
	} {
		l, err := Listen(test.path)
		if err == nil {
			l.Close()
		}
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "cannot listen on ") {
			t.Errorf("%s: %v (%v); want that it is %v and says %q", name, err, errors.Is(err, test.kind), test.kind, test.says)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(text) != "dear" {
		t.Errorf("the file that lay there is %q, %v", text, err)
	}
}

func TestTheLongestPathServes(t *testing.T) {
	dir := directory(t)
	socket := filepath.Join(dir, strings.Repeat("s", maxPath-len(dir)-1))
	l, err := Listen(socket)
	if err != nil {
		t.Fatalf("a path of %d bytes: %v", len(socket), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, Handler(everything, nil)) }()
	if _, err := echo.On(ctx, dialled(t, socket), word{}); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if l, err := Listen(socket + "s"); !errors.Is(err, limen.Invalid) {
		t.Errorf("one byte more: %v, %v", l, err)
	}
}
