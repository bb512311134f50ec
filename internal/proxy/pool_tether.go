package proxy

import (
	"io"
	"sync"
	"time"
)

// A tether is one connection to an upstream, and what was read of it and not taken
// yet. One request at a time has it. Its room is borrowed while it is in use.
type tether struct {
	*line

	name     string    // that it was asked for, by TLS
	age      uint64    // of the upstream, when it was made
	isReused bool      // a request before this one was answered on it
	since    time.Time // when it began to wait for the next one
	loop     *loop     // at which it was last; nil for none

	answer head   // the one that is read, or was read last
	fates  []fate // of its fields, where somebody needs them
	room   []byte
	at     int // room[at:] was read and not taken
	ear    ear
}

// tetherRoom is enough for most heads, with the beginning of a body behind them.
const tetherRoom = 16 << 10

var tetherRooms = sync.Pool{New: func() any { return new([tetherRoom]byte) }}

func newTether(l *line, name string, age uint64) *tether {
	return &tether{line: l, name: name, age: age}
}

// rest is what was read and not taken. It is valid until something is read.
func (t *tether) rest() []byte { return t.room[t.at:] }

// skip takes n bytes of the rest.
func (t *tether) skip(n int) { t.at += n }

// fill reads more, at least a byte, behind the rest.
func (t *tether) fill() error {
	switch {
	case t.room == nil:
		t.room = tetherRooms.Get().(*[tetherRoom]byte)[:0]
	case t.at == len(t.room):
		t.room = t.room[:0]
		t.at = 0
	case len(t.room) == cap(t.room) && t.at > 0:
		t.room = t.room[:copy(t.room, t.rest())]
		t.at = 0
	case len(t.room) == cap(t.room):
		t.grow()
	}
	n, err := t.line.Read(t.room[len(t.room):cap(t.room)])
	t.room = t.room[:len(t.room)+n]
	switch {
	case n > 0:
		return nil // an error comes again
	case err == nil:
		return io.ErrNoProgress
	}
	return err
}

// grow makes room for a head that is longer than usual.
func (t *tether) grow() {
	larger := make([]byte, len(t.room), 2*cap(t.room))
	copy(larger, t.room)
	t.release()
	t.room = larger
}

// Read gives what was read, and then what comes.
func (t *tether) Read(p []byte) (int, error) {
	if t.at == len(t.room) {
		return t.line.Read(p)
	}
	n := copy(p, t.rest())
	t.skip(n)
	return n, nil
}

// readHead reads the head of an answer to a request with this method into
// t.answer, and returns how many bytes of the rest it is. The error is the
// connection's, or a breach.
func (t *tether) readHead(method []byte) (int, error) {
	t.answer.expect(method)
	for {
		if b := t.rest(); len(b) > 0 {
			n, why := t.answer.read(b)
			if why != 0 {
				return 0, why
			}
			if n > 0 {
				return n, nil
			}
		}
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
}

// cut closes the connection under whoever has it.
func (t *tether) cut() { t.line.Close() }

// end closes the connection for good.
func (t *tether) end() {
	t.line.Close()
	t.release()
}

// release lets go of the room, and of what is in it.
func (t *tether) release() {
	if cap(t.room) == tetherRoom {
		tetherRooms.Put((*[tetherRoom]byte)(t.room[:tetherRoom]))
	}
	t.room, t.at = nil, 0
	if cap(t.answer.fields) > keptRows {
		t.answer, t.fates = head{}, nil
	}
}
