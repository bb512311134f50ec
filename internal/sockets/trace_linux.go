package sockets

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// A trace is the kernel telling, by a program of ours in it, of each TCP
// socket that begins or ceases to listen.
type trace struct {
	ready chan struct{} // says that there may be something to take

	namespace limen.Namespace
	names     diag     // knows those of interfaces
	file      *os.File // of the ring, which can be waited for
	ring      *ring
	lost      counter
	told      uint64        // how many lost ones are known already
	link      int           // the kernel runs the program as long as this is open
	quit      chan struct{} // closed to end the waiting
	ended     chan struct{} // closed once it has
}

// openTrace begins to trace, and starts a goroutine, which ends with close. An
// error says what of kernel, rights or namespaces does not allow it.
func openTrace(r Reader) (t *trace, err error) {
	if r.Proc != "" {
		return nil, errors.New("another machine's processes are not in this kernel")
	}
	if !littleEndian {
		return nil, errors.New("programs are only assembled for little-endian machines")
	}
	if err := firstNamespaces(); err != nil {
		return nil, err
	}
	if c, err := dialDiag(dumpRoom); err != nil {
		return nil, err // nothing else knows a socket by its cookie, as the kernel's events do
	} else {
		unix.Close(c.fd)
	}
	t = &trace{
		ready: make(chan struct{}), namespace: networkNamespace(r),
		link: -1, quit: make(chan struct{}), ended: make(chan struct{}),
	}
	if err := t.open(); err != nil {
		t.release()
		return nil, fmt.Errorf("bpf: %w", err)
	}
	go t.await()
	return t, nil
}

// open makes the maps, and attaches the program that fills them.
func (t *trace) open() error {
	ring, err := newMap("limen_sightings", unix.BPF_MAP_TYPE_RINGBUF, 0, 0, ringSize, 0)
	if err != nil {
		return err
	}
	// Go's poller takes a file if it does not block, which this can be told
	// and has no meaning for.
	err = unix.SetNonblock(ring, true)
	t.file = os.NewFile(uintptr(ring), "the kernel's events")
	if err != nil {
		return err
	}
	if t.ring, err = mapRing(ring); err != nil {
		return err
	}
	lost, err := newMap("limen_lost", unix.BPF_MAP_TYPE_ARRAY, 4, 8, 1, unix.BPF_F_MMAPABLE)
	if err != nil {
		return err
	}
	defer unix.Close(lost) // the program keeps the map
	if t.lost, err = mapCounter(lost); err != nil {
		return err
	}
	t.link, err = attachSighting(sightingPlan{namespace: t.namespace, ring: ring, lost: lost})
	return err
}

// attachSighting loads the program with the offsets of the running kernel, and
// attaches it. The link that it returns keeps it there.
func attachSighting(plan sightingPlan) (link int, err error) {
	b, done, err := mapFile(typesFile)
	if err != nil {
		return -1, err
	}
	defer done()
	d, err := parseBTF(b)
	if err != nil {
		return -1, err
	}
	// A tracepoint's arguments are described by the type of its callbacks.
	target, at, err := d.findKind(btfTypedef, "btf_trace_inet_sock_set_state", sightingFields)
	if err != nil {
		return -1, err
	}
	plan.at = at
	if plan.v6only, plan.v6onlyMask, err = d.bit("sock_common", "skc_ipv6only"); err != nil {
		return -1, err
	}
	prog, err := loadProgram("limen_watch", unix.BPF_TRACE_RAW_TP, plan.program(), target)
	if err != nil {
		return -1, err
	}
	defer unix.Close(prog)
	return bpf(unix.BPF_RAW_TRACEPOINT_OPEN, &struct {
		name    uint64 // none: the program knows where it belongs
		prog, _ uint32
	}{prog: uint32(prog)})
}

// await says on ready when there is something to take, until close.
func (t *trace) await() {
	defer close(t.ended)
	conn, err := t.file.SyscallConn()
	for err == nil {
		err = conn.Read(func(uintptr) bool {
			_, _, ok := t.ring.next()
			return ok
		})
		if err != nil {
			return // it was closed
		}
		select {
		case t.ready <- struct{}{}:
		case <-t.quit:
			return
		}
	}
}

// take returns what has happened, oldest first and mostTaken at most, and how
// many more found no room.
func (t *trace) take() (all []Change, lost uint64) {
	var now unix.Timespec
	// It fails for clocks that do not exist.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	for len(all) < mostTaken {
		b, after, ok := t.ring.next()
		if !ok {
			break
		}
		s, err := parseSighting(b)
		t.ring.done(after)
		if err != nil {
			lost++
			continue
		}
		all = append(all, t.change(s, now.Nano()))
	}
	total := t.lost.value()
	lost, t.told = lost+total-t.told, total
	return all, lost
}

func (t *trace) change(s sighting, now int64) Change {
	s.place(t.names.device)
	c := Change{Change: limen.Closed, Socket: s.socket, Ago: max(0, time.Duration(now-int64(s.when)))}
	c.Socket.Namespace = t.namespace
	if s.opened {
		c.Change, c.Caller = limen.Opened, &s.caller
	}
	return c
}

// close ends the trace and its goroutine.
func (t *trace) close() {
	close(t.quit)
	t.file.Close()
	<-t.ended
	t.release()
}

// release gives everything back that was got.
func (t *trace) release() {
	if t.link >= 0 {
		unix.Close(t.link)
	}
	if t.file != nil {
		t.file.Close() // for the second time if the trace had begun
	}
	if t.ring != nil {
		t.ring.close()
	}
	if t.lost.page != nil {
		t.lost.close()
	}
}
