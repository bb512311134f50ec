//go:build unix

package trust

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// exposed says why a file is no secret of whoever asks, and what to do.
func exposed(file string, info fs.FileInfo) (why, next string) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return fmt.Sprintf("it belongs to user %d, and limen runs as user %d", s.Uid, os.Geteuid()), "run limen as its owner; with sudo, sudo -H limen"
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		return fmt.Sprintf("others may read its key (its mode is %04o)", info.Mode().Perm()),
			"if nobody else can have read it: chmod 600 " + quote(file) + "; else: limen trust remove, then limen trust install"
	}
	return "", ""
}
