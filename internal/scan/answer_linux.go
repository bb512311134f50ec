package scan

import (
	"context"

	"golang.org/x/sys/unix"
)

// taken is a connection that a port took. One to ourselves is none.
func (e *engine) taken(fd, index int) {
	e.states[index] = Open
	if isSelf(fd) {
		e.states[index] = Refused
	}
	unix.Close(fd)
}

// isSelf reports whether both ends of a connection are one.
func isSelf(fd int) bool {
	own, err := unix.Getsockname(fd)
	if err != nil {
		return false
	}
	peer, err := unix.Getpeername(fd)
	if err != nil {
		return false
	}
	switch own := own.(type) {
	case *unix.SockaddrInet4:
		p, ok := peer.(*unix.SockaddrInet4)
		return ok && own.Port == p.Port && own.Addr == p.Addr
	case *unix.SockaddrInet6:
		p, ok := peer.(*unix.SockaddrInet6)
		return ok && own.Port == p.Port && own.Addr == p.Addr
	}
	return false
}

// await lets a port take its time.
func (e *engine) await(fd, index int) error {
	event := unix.EpollEvent{Events: unix.EPOLLOUT | unix.EPOLLERR | unix.EPOLLHUP, Fd: int32(fd)}
	if err := unix.EpollCtl(e.poll, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		unix.Close(fd)
		return err
	}
	e.waiting[fd] = waiting{index, e.now().Add(e.patience)}
	e.order = append(e.order, asked{fd, index})
	return nil
}

// collect takes answers, and gives up on those that have none.
func (e *engine) collect(ctx context.Context) error {
	e.gather(20)
	now := e.now()
	for len(e.order) > 0 {
		first := e.order[0]
		w, ok := e.waiting[first.fd]
		ok = ok && w.index == first.index
		if ok && now.Before(w.until) {
			break
		}
		e.order = e.order[1:]
		if ok {
			e.states[w.index] = Silent
			delete(e.waiting, first.fd)
			unix.Close(first.fd)
		}
	}
	return ctx.Err()
}

// gather takes the answers that come within some milliseconds.
func (e *engine) gather(milliseconds int) {
	var events [256]unix.EpollEvent
	n, err := unix.EpollWait(e.poll, events[:], milliseconds)
	if err != nil {
		return // interrupted; whoever waits asks again
	}
	for _, event := range events[:n] {
		fd := int(event.Fd)
		w, ok := e.waiting[fd]
		if !ok {
			continue
		}
		delete(e.waiting, fd)
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		switch failure := unix.Errno(code); {
		case err != nil:
			e.why = err
		case code == 0:
			e.taken(fd, w.index)
			continue
		case failure == unix.ECONNREFUSED:
			e.states[w.index] = Refused
		case failure == unix.ETIMEDOUT:
			e.states[w.index] = Silent
		default:
			e.why = failure
		}
		unix.Close(fd)
	}
}
