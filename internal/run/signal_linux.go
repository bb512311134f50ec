package run

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// sender returns what sends a signal to that very process. The handle is taken
// first and the birth looked at after, so that a number which has changed hands
// is never hit (pidfd_open(2), Linux 5.3).
func sender(c Config) func(limen.ProcessID, syscall.Signal) error {
	p := proc{c.Root}
	return func(id limen.ProcessID, s syscall.Signal) error {
		fd, err := unix.PidfdOpen(id.PID, 0)
		hasHandle := !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM) // as a sandbox may say
		if hasHandle && err != nil {
			return gone(err)
		}
		if hasHandle {
			defer unix.Close(fd)
		}
		var buf [4096]byte
		if n, err := p.node(id.PID, &buf); err != nil || n.Birth != id.Birth {
			return errGone
		}
		if !hasHandle {
			return gone(unix.Kill(id.PID, s))
		}
		return gone(unix.PidfdSendSignal(fd, s, nil, 0))
	}
}
