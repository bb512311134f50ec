package halt

import (
	"context"
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A handle is a pidfd: while it is open, it means the same process, whoever
// gets its number (pidfd_open(2), Linux 5.3).
type handle struct{ fd int }

func open(pid int) (handle, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return handle{}, ErrGone
	}
	return handle{fd}, err
}

func (p handle) close() { unix.Close(p.fd) }

// A signal is a way to tell a process to end.
type signal struct {
	name   string
	number unix.Signal
	isLast bool // it cannot be refused
}

func signals(force bool) []signal {
	all := []signal{{"SIGTERM", unix.SIGTERM, false}, {"SIGKILL", unix.SIGKILL, true}}
	if !force {
		return all[:1]
	}
	return all
}

func (p handle) send(s signal) error {
	err := unix.PidfdSendSignal(p.fd, s.number, nil, 0)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

// wait reports whether the process ends within patience. A pidfd can be read
// from then on, also while its parent has not looked at it yet.
func (p handle) wait(ctx context.Context, patience time.Duration) (bool, error) {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		// In short steps, so that whoever asked may give up.
		fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(min(patience, 20*time.Millisecond)/time.Millisecond))
		switch {
		case n > 0:
			return true, nil
		case err != nil && !errors.Is(err, unix.EINTR):
			return false, err
		case ctx.Err() != nil:
			return false, ctx.Err()
		case limit.Err() != nil:
			return false, nil
		}
	}
}

// pidfdInfo is struct pidfd_info of include/uapi/linux/pidfd.h.
type pidfdInfo struct {
	mask, cgroup uint64
	ids          [11]uint32
	exit         int32
}

const (
	pidfdInfoExit = 1 << 3     // PIDFD_INFO_EXIT, Linux 6.15
	pidfdGetInfo  = 0xc040ff0b // PIDFD_GET_INFO: _IOWR(0xff, 11, 64 bytes)
)

// exit returns the status of a process that has ended, where the kernel tells
// it to others than the parent: once the parent knows.
func (p handle) exit() *int {
	for range 10 {
		info := pidfdInfo{mask: pidfdInfoExit}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(p.fd), pidfdGetInfo, uintptr(unsafe.Pointer(&info)))
		if errno != 0 && errno != unix.ESRCH {
			return nil
		}
		if errno == 0 && info.mask&pidfdInfoExit != 0 {
			status := unix.WaitStatus(info.exit)
			code := status.ExitStatus()
			if status.Signaled() {
				code = 128 + int(status.Signal())
			}
			return &code
		}
		unix.Poll(nil, 1) // a millisecond: its parent has not looked yet
	}
	return nil
}
