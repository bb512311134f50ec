//go:build unix

package store

import (
	"fmt"
	"os"
	"syscall"

	"github.com/limenhq/limen"
)

const stateVariable = ""

// checkOwner refuses a directory of somebody else: with sudo, HOME may still
// be the user's, and what root makes there the user could not use any more.
func checkOwner(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return &limen.Error{
			Kind: limen.Denied,
			What: "cannot keep limen's records in " + dir,
			Why:  fmt.Sprintf("it belongs to user %d, and limen runs as user %d", s.Uid, os.Geteuid()),
			Next: "run limen as its owner; with sudo, sudo -H limen",
		}
	}
	return nil
}
