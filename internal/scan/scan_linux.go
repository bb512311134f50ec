package scan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// usualMost is how many connections may wait for an answer at once, where the
// limit of descriptors allows it.
const usualMost = 1024

// share is how many ports are worth an engine of their own.
const share = 2048

// ask asks each port once, and writes down what came of it, on all processors.
func (s Scanner) ask(ctx context.Context, a netip.Addr, ports []uint16, states []State) error {
	engines := min(runtime.GOMAXPROCS(0), (len(ports)+share-1)/share)
	failed := make([]error, engines)
	var wg sync.WaitGroup
	for i := range engines {
		from, to := len(ports)*i/engines, len(ports)*(i+1)/engines
		e := &engine{to: a, ports: ports[from:to], states: states[from:to], patience: s.Patience, most: max(1, s.most()/engines)}
		wg.Go(func() { failed[i] = e.run(ctx) })
	}
	wg.Wait()
	return errors.Join(failed...)
}

// most leaves half of the descriptors to the rest of the process.
func (s Scanner) most() int {
	most := usualMost
	if s.Most > 0 {
		most = s.Most
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && limit.Cur/2 < uint64(most) {
		most = int(limit.Cur / 2)
	}
	return max(most, 1)
}

// An engine asks the ports of one address. On loopback the answer is there with
// the second connect(2), and a socket that was refused can ask again: a port
// costs two system calls.
type engine struct {
	to       netip.Addr
	ports    []uint16
	states   []State
	patience time.Duration
	most     int

	source  uint16          // our own port, which cannot be asked from itself
	idle    int             // a socket that can ask again; -1 if none
	waiting map[int]waiting // sockets that wait for an answer, by descriptor
	order   []asked         // those, the oldest first; some are answered by now
	poll    int
	why     error
	now     func() time.Time
}

// A waiting is a port that was asked and has not answered.
type waiting struct {
	index int
	until time.Time
}

// An asked is a waiting as it was: its descriptor may be another's by now.
type asked struct{ fd, index int }

func (e *engine) run(ctx context.Context) error {
	e.idle, e.waiting = -1, map[int]waiting{}
	if e.now == nil {
		e.now = time.Now
	}
	var err error
	if e.poll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	defer e.end()
	if err := e.chooseSource(); err != nil {
		return err
	}
	for i, port := range e.ports {
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := e.askOne(i, port); err != nil {
			e.why = err
		}
		for len(e.waiting) >= e.most {
			if err := e.collect(ctx); err != nil {
				return err
			}
		}
	}
	for len(e.waiting) > 0 {
		if err := e.collect(ctx); err != nil {
			return err
		}
	}
	return e.why
}

// end closes what is left.
func (e *engine) end() {
	for fd := range e.waiting {
		unix.Close(fd)
	}
	if e.idle >= 0 {
		unix.Close(e.idle)
	}
	unix.Close(e.poll)
}

// chooseSource finds a port to ask from. A port that is bound already costs the
// kernel no search for each question.
func (e *engine) chooseSource() error {
	fd, err := e.plain()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, e.from(0)); err != nil {
		return err
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	switch own := own.(type) {
	case *unix.SockaddrInet4:
		e.source = uint16(own.Port)
	case *unix.SockaddrInet6:
		e.source = uint16(own.Port)
	}
	return nil
}

// from is where to ask from. To 127.0.0.0/8 it is another address of it:
// whoever asks a port from that very port connects to himself, as if somebody
// listened there (RFC 9293 §3.5). To other addresses the route decides.
func (e *engine) from(port uint16) unix.Sockaddr {
	if e.to.Is6() {
		return &unix.SockaddrInet6{Port: int(port)}
	}
	a := &unix.SockaddrInet4{Port: int(port)}
	if e.to.IsLoopback() {
		a.Addr = [4]byte{127, 113, 7, 1}
		if e.to.As4() == a.Addr {
			a.Addr[3] = 2
		}
	}
	return a
}

// socket makes a socket to ask a port with.
func (e *engine) socket(port uint16) (int, error) {
	fd, err := e.plain()
	if err != nil || port == e.source { // which would ask itself; the kernel finds another
		return fd, err
	}
	// Several may ask from the same port, each somebody else.
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err == nil {
		err = unix.Bind(fd, e.from(e.source))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// plain makes a socket whose own end the kernel chooses.
func (e *engine) plain() (int, error) {
	family := unix.AF_INET
	if e.to.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	// Closed with a reset: the kernel keeps nothing of a connection that
	// neither side has used, and no port is blocked by TIME_WAIT.
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	return fd, nil
}

// address is a port of the target.
func (e *engine) address(port uint16) unix.Sockaddr {
	if e.to.Is4() {
		return &unix.SockaddrInet4{Addr: e.to.As4(), Port: int(port)}
	}
	return &unix.SockaddrInet6{Addr: e.to.As16(), Port: int(port), ZoneId: zoneID(e.to.Zone())}
}

func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(i.Index)
}

// tries is how often a port is asked that cannot be for the moment.
const tries = 50

// askOne asks a port. What is short for the moment, descriptors, ports of our
// own or memory, is waited for, with fewer at once from then on.
func (e *engine) askOne(index int, port uint16) error {
	var err error
	for range tries {
		fd := -1
		if port != e.source {
			fd, e.idle = e.idle, -1
		}
		if fd < 0 {
			if fd, err = e.socket(port); err != nil {
				if !e.slowDown(err) {
					return err
				}
				continue
			}
		}
		to := e.address(port)
		if err = unix.Connect(fd, to); errors.Is(err, unix.EINPROGRESS) {
			// The answer of a near address came while the socket was busy
			// asking, and waits for the next call.
			if err = unix.Connect(fd, to); errors.Is(err, unix.EALREADY) {
				err = unix.EINPROGRESS
			}
		}
		switch {
		case err == nil:
			e.taken(fd, index)
			return nil
		case errors.Is(err, unix.EINPROGRESS):
			return e.await(fd, index)
		case errors.Is(err, unix.ECONNREFUSED):
			e.states[index] = Refused
			if port == e.source {
				unix.Close(fd)
			} else {
				e.idle = fd
			}
			return nil
		}
		unix.Close(fd)
		if !e.slowDown(err) {
			return err
		}
	}
	return err
}

// shortages are what passes when others let go of something.
var shortages = []error{unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM, unix.EADDRNOTAVAIL, unix.EAGAIN}

// slowDown waits for those that are asked already, if err is a shortage.
func (e *engine) slowDown(err error) bool {
	for _, s := range shortages {
		if errors.Is(err, s) {
			e.most = max(1, min(e.most, len(e.waiting))*3/4)
			e.gather(int(min(e.patience, 20*time.Millisecond) / time.Millisecond))
			return true
		}
	}
	return false
}

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
