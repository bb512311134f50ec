package scan

import (
	"context"
	"errors"
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
