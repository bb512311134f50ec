//go:build linux || darwin || freebsd

package run

import (
	"os"

	"golang.org/x/sys/unix"
)

// What lookup.go needs of this system. Without PATH, execvp(3) searches what
// confstr(_CS_PATH) says.
const (
	separators  = "/"
	pathKey     = "PATH"
	defaultPath = "/bin:/usr/bin"
)

func sameName(a, b string) bool { return a == b }

// runnable returns path if it is a file that we may run. A directory is
// EACCES, as it is for execve(2).
func runnable(path string, _ []string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", reason(err)
	}
	if info.IsDir() {
		return "", unix.EACCES
	}
	// By the effective user, as execve does it. Root may run only what some
	// bit says is a program, which access(2) knows.
	switch err := unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS); err {
	case unix.EACCES, unix.EPERM:
		return "", err
	}
	return path, nil
}
