//go:build unix

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const machineFile = "/etc/limen/config.toml"

// trusted refuses a file that somebody else could have written: it says what
// limen may stop and scan.
func trusted(info fs.FileInfo) error {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if s.Uid != 0 && int(s.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to user %d, who is neither you nor root", s.Uid)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("others may write to it; chmod go-w")
	}
	return nil
}
