//go:build linux || darwin || freebsd

package run

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// sendGroup sends a signal to every process of a group.
func sendGroup(group int, s syscall.Signal) error { return gone(unix.Kill(-group, s)) }

func gone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return errGone
	}
	return err
}
