package sockets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// findByDescriptor looks at every descriptor of every process.
func findByDescriptor(ctx context.Context, _ Reader, s *search) error {
	var claims []claim
	before, after, err := s.walk(ctx, func(pid int, k Socket) {
		if i, ok := s.wanted[k.Number]; ok {
			claims = append(claims, claim{i, pid})
		}
	})
	if err != nil {
		return err
	}
	s.confirm(claims, before, after)
	return nil
}

// readDescriptors makes a table of sockets from the descriptors of those
// processes that may be looked into.
func readDescriptors(ctx context.Context, _ Reader, w Want) ([]Socket, []limen.Gap, error) {
	s := newSearch(nil)
	var claims []claim
	before, after, err := s.walk(ctx, func(pid int, k Socket) {
		if k.Number == 0 || !w.keeps(k) || !slices.Contains(w.transports(), k.Local.Transport) {
			return
		}
		i, again := s.wanted[k.Number]
		if !again {
			i = len(s.socks)
			s.wanted[k.Number] = i
			s.socks = append(s.socks, k)
		}
		claims = append(claims, claim{i, pid})
	})
	if err != nil {
		return nil, nil, err
	}
	s.confirm(claims, before, after)
	// What nobody holds any more ended with the process that it was seen at.
	socks := slices.DeleteFunc(s.socks, func(k Socket) bool { return len(k.Holders) == 0 })
	for i := range socks {
		socks[i].UID = after[socks[i].Holders[0].PID].uid
	}
	return socks, descriptorGaps(len(s.closed), w), nil
}

// walk calls do for every TCP and UDP socket that a process has a descriptor
// of, and notes which processes may not be looked into. It returns what
// processes there were before and after.
func (s *search) walk(ctx context.Context, do func(pid int, k Socket)) (before, after map[int]kinfo, err error) {
	if before, err = kinfos(); err != nil {
		return nil, nil, err
	}
	for pid := range before {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		switch err := eachSocket(pid, do); {
		case err == nil, err == unix.ESRCH: // it has ended since
		case errors.Is(err, errors.ErrUnsupported):
			return nil, nil, fmt.Errorf("process %d: %w", pid, err)
		default:
			s.closed = append(s.closed, pid)
		}
	}
	after, err = kinfos()
	return before, after, err
}

// eachSocket calls do for the sockets of one process. Descriptors that were
// closed meanwhile are passed over.
func eachSocket(pid int, do func(pid int, k Socket)) error {
	fds, err := descriptors(pid)
	if err != nil {
		return err
	}
	var room [sfdSize]byte
	for _, fd := range fds {
		n, err := procInfo(procInfoFD, pid, procFDSocket, fd, room[:])
		switch err {
		case nil:
		case unix.EBADF, unix.ENOTSOCK, unix.ENOTSUP:
			continue
		default:
			return err
		}
		k, ok, err := parseSocketFD(room[:n], zoneName)
		if err != nil {
			return fmt.Errorf("descriptor %d: %w", fd, err)
		}
		if ok {
			do(pid, k)
		}
	}
	return nil
}

// descriptorGaps says what the descriptors of processes do not show.
func descriptorGaps(closed int, w Want) (gaps []limen.Gap) {
	if closed > 0 {
		g := limen.Gap{What: "the sockets of " + processes(closed)}
		if os.Geteuid() == 0 {
			g.Why = "the system does not let even root look into them"
		} else {
			g.Why, g.Next = "only root may look into the processes of other users", "run the same command with sudo"
		}
		gaps = append(gaps, g)
	}
	if w.Connections {
		gaps = append(gaps, limen.Gap{What: "connections that no process holds any more", Why: noTable})
	}
	return append(gaps, limen.Gap{What: "who made each socket; the user shown is as whom its holder acts", Why: noTable})
}

const noTable = "the table that tells, net.inet.tcp.pcblist_n, is not laid out as in any version of macOS that limen knows"
