package proxy

import (
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// A loop goes on with many clients on one goroutine: it waits for all of their
// sockets at once (epoll(7)), and lets each client's fiber run for as long as
// there is something to read for it. Go's own poller would have each of them
// scheduled for each part that comes, which takes longer than what there is to do
// about it.
type loop struct {
	start func(func()) // starts a goroutine that serving waits for
	now   func() time.Time
	poll  int // descriptor of epoll
	bell  int // of eventfd(2), which wakes the loop

	mu        sync.Mutex // guards what follows
	posted    []func()   // what others want done here
	berths    []berth    // of sockets, by their numbers
	free      []int32    // numbers of berths that nobody has
	alive     int        // fibers that are at home here, wherever they are now
	isClosing bool       // it ends with the last of them
	hasEnded  bool
}

// A berth is where the loop finds a socket that an event is about.
type berth struct {
	swift *swift
	turn  int32 // tells events of who had it before
}

const (
	loopEvents = 128 // that are taken at once
	bellBerth  = -1

	// loopTurn is how long a loop goes on before it lets Go run others. A goroutine that
	// has run for 10 ms has its P taken away by a thread of the runtime (sysmon) whenever
	// it waits in the system, and from then on that thread looks every 20 us.
	loopTurn = 4 * time.Millisecond
)

// newLoop returns a loop that runs from now on.
func newLoop(start func(func()), now func() time.Time) (*loop, error) {
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	bell, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if errno != 0 {
		syscall.Close(poll)
		return nil, errno
	}
	l := &loop{start: start, now: now, poll: poll, bell: int(bell)}
	if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, l.bell, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: bellBerth}); err != nil {
		l.close()
		return nil, err
	}
	start(l.run)
	return l, nil
}

// run runs until the loop was told to end, and nobody is left.
func (l *loop) run() {
	defer l.close()
	var events [loopEvents]syscall.EpollEvent
	for since := l.now(); ; {
		n, err := syscall.EpollWait(l.poll, events[:], -1)
		if err != nil && err != syscall.EINTR {
			mustEnd() // there is nothing it could complain of
		}
		for i := range events[:max(0, n)] {
			l.heed(&events[i])
		}
		if !l.catchUp() {
			return
		}
		if now := l.now(); now.Sub(since) >= loopTurn {
			runtime.Gosched()
			since = now
		}
	}
}

// heed goes on with who waits for an event.
func (l *loop) heed(e *syscall.EpollEvent) {
	if e.Fd == bellBerth {
		var count [8]byte
		syscall.RawSyscall(syscall.SYS_READ, uintptr(l.bell), uintptr(unsafe.Pointer(&count)), unsafe.Sizeof(count))
		return
	}
	l.mu.Lock()
	b := l.berths[e.Fd]
	l.mu.Unlock()
	if b.swift == nil || b.turn != e.Pad {
		return
	}
	if f := b.swift.heard(l, e.Events); f != nil {
		f.goOn()
	}
}

// catchUp does what others want done until now, and reports whether there is more to
// come. For what they want from now on the bell rings again.
func (l *loop) catchUp() bool {
	l.mu.Lock()
	posted := l.posted
	l.posted = nil
	l.hasEnded = l.isClosing && l.alive == 0 // what is posted then is about nobody
	hasEnded := l.hasEnded
	l.mu.Unlock()
	for _, do := range posted {
		do()
	}
	return !hasEnded
}

// post has the loop do something soon, which must not wait.
func (l *loop) post(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.hasEnded {
		l.posted = append(l.posted, do)
		l.ring()
	}
}

// ring is called with the lock held.
func (l *loop) ring() {
	one := uint64(1)
	syscall.RawSyscall(syscall.SYS_WRITE, uintptr(l.bell), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
}

// enter counts one more fiber, and reports whether it may still come.
func (l *loop) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosing {
		return false
	}
	l.alive++
	return true
}

// leave counts one less.
func (l *loop) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive--
	if l.isClosing && !l.hasEnded {
		l.ring()
	}
}

// end has the loop end with the last of its fibers.
func (l *loop) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isClosing = true
	l.ring()
}

// close closes what the loop has, and the connections that still wait at it.
func (l *loop) close() {
	l.mu.Lock()
	berths := l.berths
	l.berths, l.hasEnded = nil, true
	l.mu.Unlock()
	for _, b := range berths {
		if b.swift != nil {
			b.swift.Close()
		}
	}
	syscall.Close(l.bell)
	syscall.Close(l.poll)
}

// admit has the loop hear what comes by a socket.
func (l *loop) admit(s *swift, fd int) (number int32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.free); n > 0 {
		number = l.free[n-1]
	} else {
		number = int32(len(l.berths))
		l.berths = append(l.berths, berth{})
		l.free = append(l.free, number)
	}
	b := &l.berths[number]
	e := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | edgeTriggered, Fd: number, Pad: b.turn}
	if err := syscall.EpollCtl(l.poll, syscall.EPOLL_CTL_ADD, fd, &e); err != nil {
		return 0, err
	}
	l.free = l.free[:len(l.free)-1]
	b.swift = s
	return number, nil
}

// edgeTriggered is EPOLLET of linux/eventpoll.h, which package syscall has with a sign.
const edgeTriggered = 1 << 31

// dismiss has it hear nothing of a socket any more.
func (l *loop) dismiss(number int32, fd int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int(number) >= len(l.berths) {
		return // it has ended
	}
	syscall.EpollCtl(l.poll, syscall.EPOLL_CTL_DEL, fd, &syscall.EpollEvent{})
	b := &l.berths[number]
	b.swift = nil
	b.turn++
	l.free = append(l.free, number)
}
