package sockets

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ringSize is how many bytes of sightings wait for us: what 3,000 openings and
// closings take, which a busy machine has in a second. A power of two.
const ringSize = 1 << 20

// A ring is the reading end of a BPF_MAP_TYPE_RINGBUF, by the memory that is
// shared with the kernel (kernel/bpf/ringbuf.c, since Linux 5.8): a page with
// how far we have read, a page with how far the kernel has written, and the
// records, mapped twice in a row so that none is ever cut.
type ring struct {
	control []byte // our page
	shared  []byte // the kernel's page and the records
	page    int
}

func mapRing(fd int) (*ring, error) {
	page := os.Getpagesize()
	control, err := unix.Mmap(fd, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	shared, err := unix.Mmap(fd, int64(page), page+2*ringSize, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		unix.Munmap(control)
		return nil, err
	}
	return &ring{control, shared, page}, nil
}

func (r *ring) close() {
	unix.Munmap(r.control)
	unix.Munmap(r.shared)
}

// position is the counter that a page begins with. It only grows.
func position(page []byte) *uint64 { return (*uint64)(unsafe.Pointer(&page[0])) }

// next returns the oldest record, and how far to go on behind it; ok is false
// if there is none, or the kernel is still writing it. The record is the
// kernel's again once that position is passed to done.
func (r *ring) next() (record []byte, after uint64, ok bool) {
	at := atomic.LoadUint64(position(r.control))
	if at >= atomic.LoadUint64(position(r.shared)) {
		return nil, at, false
	}
	head := r.page + int(at%ringSize)
	size := atomic.LoadUint32((*uint32)(unsafe.Pointer(&r.shared[head]))) // struct bpf_ringbuf_hdr
	if size&unix.BPF_RINGBUF_BUSY_BIT != 0 {
		return nil, at, false
	}
	size &^= unix.BPF_RINGBUF_DISCARD_BIT
	body := head + unix.BPF_RINGBUF_HDR_SZ
	end := body + int(size)
	if end > len(r.shared) { // never; the kernel would have to be wrong
		return nil, at, false
	}
	return r.shared[body:end], at + uint64(unix.BPF_RINGBUF_HDR_SZ+(size+7)&^7), true
}

// done gives the kernel back what was read.
func (r *ring) done(after uint64) { atomic.StoreUint64(position(r.control), after) }

// A counter is a map of one number that the kernel's program counts up.
type counter struct{ page []byte }

func mapCounter(fd int) (counter, error) {
	page, err := unix.Mmap(fd, 0, os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	return counter{page}, err
}

func (c counter) value() uint64 { return atomic.LoadUint64(position(c.page)) }

func (c counter) close() { unix.Munmap(c.page) }

// newMap makes a map of the kernel. The fields are those of BPF_MAP_CREATE in
// union bpf_attr.
func newMap(name string, kind, keySize, valueSize, entries, flags uint32) (int, error) {
	attr := struct {
		kind, keySize, valueSize, entries, flags uint32
		inner, node                              uint32
		name                                     [16]byte
	}{kind: kind, keySize: keySize, valueSize: valueSize, entries: entries, flags: flags}
	copy(attr.name[:len(attr.name)-1], name)
	return bpf(unix.BPF_MAP_CREATE, &attr)
}
