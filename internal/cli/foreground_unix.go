//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// isInFront reports whether this process may use a terminal: one in the
// background, as behind "&" in a shell, would be stopped for it (SIGTTOU,
// termios(3)).
func isInFront(f *os.File) bool {
	front, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err == nil && front == unix.Getpgrp()
}
