//go:build unix

package config

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAFileThatOthersMayWriteIsRefused(t *testing.T) {
	file := written(t, "config.toml", "[free]\nports = [22]\n")
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Read([]string{file}); err == nil {
		t.Error("it was believed")
	}
}

func TestAPipeIsNotWaitedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read([]string{file}); err == nil {
		t.Error("it was read")
	}
}
