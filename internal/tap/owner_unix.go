//go:build unix

package tap

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/limenhq/limen"
)

// checkOwner refuses a directory of somebody else, unless it may be root's.
func checkOwner(dir string, about fs.FileInfo, orRoots bool) error {
	s, ok := about.Sys().(*syscall.Stat_t)
	if me := os.Geteuid(); !ok || int(s.Uid) == me || orRoots && s.Uid == 0 {
		return nil
	}
	return &limen.Error{
		Kind: limen.Denied, What: "cannot keep what goes through in " + dir,
		Why:  fmt.Sprintf("it belongs to user %d, and limen runs as user %d", s.Uid, os.Geteuid()),
		Next: "run limen as its owner; with sudo, sudo -H limen",
	}
}
