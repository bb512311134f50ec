//go:build unix

package journal

import (
	"io/fs"
	"os"
	"syscall"
)

// isMine reports whether a directory is of whoever runs limen.
func isMine(about fs.FileInfo) bool {
	s, ok := about.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
