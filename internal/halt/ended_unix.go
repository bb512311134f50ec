//go:build unix

package halt

import (
	"errors"

	"golang.org/x/sys/unix"
)

// HasEnded reports whether a program that Start started has ended. It takes
// notice of the end, as only a parent can.
func HasEnded(pid int) bool {
	got, err := unix.Wait4(pid, nil, unix.WNOHANG, nil)
	return got == pid || errors.Is(err, unix.ECHILD)
}
