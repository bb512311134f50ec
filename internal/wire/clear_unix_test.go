//go:build unix

package wire

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestASocketIsClearedOnlyIfNobodyIsAboutToListen(t *testing.T) {
	socket := filepath.Join(directory(t), "s")
	must(t, os.MkdirAll(filepath.Dir(socket), 0o700))
	lock, err := acquire(socket + ".lock")
	must(t, err)
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	must(t, err)
	defer syscall.Close(fd)
	must(t, syscall.Bind(fd, &syscall.SockaddrUnix{Name: socket})) // the half of what Listen does
	if _, err := Dial(t.Context(), socket); !errors.Is(err, ErrNobody) {
		t.Errorf("Dial gave %v; want ErrNobody", err)
	}
	if err := Clear(socket); !errors.Is(err, ErrInUse) {
		t.Errorf("Clear gave %v; want ErrInUse", err)
	}
	if _, err := os.Lstat(socket); err != nil {
		t.Error(err)
	}
	must(t, lock.release()) // as when its process is killed now
	must(t, Clear(socket))
	if left, err := os.ReadDir(filepath.Dir(socket)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
