package run

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/limenhq/limen"
)

// A frame is one thing that front and guard say to each other: a head of fixed
// size, and a body that the head gives the length of. Open files travel beside
// the head.
type frame struct {
	kind  kind
	files byte   // how many open files come with it
	run   uint32 // which run it is about; 0 for none
	body  []byte
}

// A kind is what a frame says.
type kind byte

const (
	sayStart  kind = iota + 1 // front: a launch, with its files
	saySignal                 // front: a number: send that signal to the group of the run
	sayEnd                    // front: a number: end everything, with so many nanoseconds of grace

	sayStarted // guard: two numbers: PID and birth
	sayRefused // guard: a number: the errno of the start
	sayEnded   // guard: a number: the status, as wait4(2) gives it
)

// headSize is how long the head is; mostBody how long the body may be. Linux
// takes 6 MiB of arguments and environment (execve(2), "Limits on size").
const (
	headSize = 12
	mostBody = 8 << 20
)

var errFrame = errors.New("a message between limen and its guard is not as it should be")

// head writes the head of a frame.
func (f frame) head() []byte {
	b := make([]byte, headSize)
	b[0], b[1] = byte(f.kind), f.files
	binary.LittleEndian.PutUint32(b[4:], f.run)
	binary.LittleEndian.PutUint32(b[8:], uint32(len(f.body)))
	return b
}

// parseHead reads a head, and says how long the body is.
func parseHead(b []byte) (f frame, size int, err error) {
	if len(b) != headSize {
		return frame{}, 0, errFrame
	}
	f = frame{kind: kind(b[0]), files: b[1], run: binary.LittleEndian.Uint32(b[4:])}
	long := binary.LittleEndian.Uint32(b[8:])
	if f.kind < sayStart || f.kind > sayEnded || long > mostBody {
		return frame{}, 0, errFrame
	}
	return f, int(long), nil
}

// A launch is what the guard needs to start a program.
type launch struct {
	path        string   // the program's file
	shim        string   // limen's own file, if it must go between; else empty
	directory   string   // empty for the guard's own
	arguments   []string // with the program's name first
	environment []string
	terminal    int // which of its descriptors becomes its terminal; -1 for none
}

// encode writes a launch as the body of a frame.
func (l launch) encode() []byte {
	b := binary.AppendVarint(nil, int64(l.terminal))
	for _, s := range []string{l.path, l.shim, l.directory} {
		b = appendString(b, s)
	}
	for _, list := range [][]string{l.arguments, l.environment} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = appendString(b, s)
		}
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// parseLaunch reads what encode wrote.
func parseLaunch(b []byte) (l launch, err error) {
	r := reader{b, false}
	l.terminal = int(r.signed())
	l.path, l.shim, l.directory = r.text(), r.text(), r.text()
	l.arguments, l.environment = r.texts(), r.texts()
	if r.bad || len(r.rest) > 0 || l.path == "" || len(l.arguments) == 0 || l.terminal < -1 || l.terminal > 2 {
		return launch{}, fmt.Errorf("%w: what to start", errFrame)
	}
	return l, nil
}

// numbers writes numbers as the body of a frame.
func numbers(all ...uint64) (b []byte) {
	for _, n := range all {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// parseNumbers reads exactly so many numbers.
func parseNumbers(b []byte, count int) ([]uint64, error) {
	r := reader{b, false}
	all := make([]uint64, count)
	for i := range all {
		all[i] = r.number()
	}
	if r.bad || len(r.rest) > 0 {
		return nil, fmt.Errorf("%w: %d numbers", errFrame, count)
	}
	return all, nil
}

// parseStarted reads which process was started.
func parseStarted(b []byte) (limen.ProcessID, error) {
	n, err := parseNumbers(b, 2)
	if err != nil || n[0] < 2 || n[0] > 1<<31 {
		return limen.ProcessID{}, errFrame
	}
	return limen.ProcessID{PID: int(n[0]), Birth: n[1]}, nil
}

// parseRefused reads why a program could not be started.
func parseRefused(b []byte) error {
	n, err := parseNumbers(b, 1)
	if err != nil || n[0] == 0 || n[0] > 1<<16 {
		return errFrame
	}
	return syscall.Errno(n[0])
}

// A reader takes fields off the front of a body. Once one is not there, bad
// stays set, and all that follow are empty.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) {
	if n <= 0 { // what the varint functions of encoding/binary say of a bad one
		r.rest, r.bad = nil, true
		return
	}
	r.rest = r.rest[n:]
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.take(n)
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.rest)
	r.take(n)
	return v
}

func (r *reader) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.rest, r.bad = nil, true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) texts() []string {
	n := r.number()
	if n > uint64(len(r.rest)) { // each takes at least a byte
		r.rest, r.bad = nil, true
		return nil
	}
	var all []string
	for range n {
		all = append(all, r.text())
	}
	return all
}
