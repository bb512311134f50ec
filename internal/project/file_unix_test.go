//go:build unix

package project

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Nobody writes to these FIFOs, so whoever reads one waits until the test
// binary is stopped.
func TestAFIFODoesNotBlock(t *testing.T) {
	fifo := func(path string) error { return syscall.Mkfifo(path, 0o644) }
	for _, m := range manifests {
		checkHarmless(t, "a FIFO", m.file, fifo)
	}
	checkHarmless(t, "a FIFO", ".git", fifo)

	root := tree(t, ".git/", "")
	if err := fifo(filepath.Join(root, ".git", "HEAD")); err != nil {
		t.Fatal(err)
	}
	if p := mustFind(t, root); p.Branch != "" {
		t.Errorf("branch %q from a FIFO", p.Branch)
	}
}
