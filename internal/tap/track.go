package tap

import (
	"bytes"
	"encoding/binary"
	"sync"
	"time"
)

const (
	bodyMost   = 1 << 20  // bytes that are kept of a body
	chunksMost = 64 << 10 // and what frames it
	headMost   = 64 << 10 // and of a head
	faultMost  = 200      // and of why something is not whole
	trackRoom  = 4 << 10  // of a track for what waits: most requests with their answers
	endRoom    = 320      // of that is left for the end
	partMost   = 32 << 10 // bytes in one part
)

// A Track takes what goes by of one request and its answer. What is little waits
// in it for more, so that most requests are one piece. Its methods may be called
// by one goroutine at a time for each direction, and none after End: then the
// track is another's.
type Track struct {
	tap        *Tap
	number     uint64 // guarded by the tap's mutex, as are its neighbours
	begun      int64
	prev, next *Track

	mu        sync.Mutex // guards what follows
	wait      *[trackRoom]byte
	n         int    // bytes that wait
	sequence  uint64 // of the next piece
	isConnect bool
	isStream  bool // what the client is told is; and if isTunnel, what it says
	isTunnel  bool
	isMissed  bool // its beginning was not kept, and so is nothing
	isOver    bool
	isLate    bool // its end waits for room
	isShort   bool // less is kept of its bodies, for too much goes by
	status    uint16
	answered  int64
	asked     direction
	content   direction
}

// A direction is what went one way.
type direction struct {
	all   int64 // bytes, with what frames them
	kept  int64
	isCut bool // nothing more is kept
}

var (
	tracks = sync.Pool{New: func() any { return new(Track) }}
	waits  = sync.Pool{New: func() any { return new([trackRoom]byte) }}
)

// newTrack returns the track of a request, which has its head; nil if the tap is
// closed.
func newTrack(t *Tap, at time.Time, from Passage, head []byte) *Track {
	k := tracks.Get().(*Track)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tap, k.number, k.begun, k.sequence, k.status, k.answered = t, 0, at.UnixNano(), 0, 0, 0
	k.isConnect, k.isStream, k.isTunnel, k.isMissed, k.isOver, k.isLate, k.isShort = false, false, false, false, false, false, false
	k.asked, k.content = direction{}, direction{}
	t.mu.Lock()
	if t.isClosed {
		t.mu.Unlock()
		return nil
	}
	k.number = t.last.Add(1)
	t.open.add(k)
	t.bodies.grow(at)
	t.mu.Unlock()
	k.begin(at, from, head)
	return k
}

// begin takes the head of the request, and its way.
func (k *Track) begin(at time.Time, from Passage, head []byte) {
	head = head[:min(len(head), headMost)]
	k.isConnect = bytes.HasPrefix(head, []byte("CONNECT "))
	var room [512]byte
	way := appendWay(appendTime(room[:0], at.UnixNano()), from)
	k.put(partBegun, way, head)
}

// Asked takes a part of the request's body, or of what a client says in a tunnel.
func (k *Track) Asked(part []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kind := partAsked
	if k.isTunnel {
		kind = partSaid
	}
	k.pass(&k.asked, kind, k.isTunnel, part)
}

// Content takes a part of the answer's body, or of what a client is told in a
// tunnel.
func (k *Track) Content(part []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kind := partContent
	if k.isStream {
		kind = partTold
	}
	k.pass(&k.content, kind, k.isStream, part)
}

// pass takes a part of one direction, as long as that is kept.
func (k *Track) pass(d *direction, kind partKind, isStream bool, part []byte) {
	d.all += int64(len(part))
	most := int64(bodyMost + chunksMost)
	if isStream {
		most = k.tap.ring.streamMost()
	}
	for len(part) > 0 && !d.isCut && !k.isMissed {
		n := int(min(int64(len(part)), most-d.kept, partMost))
		isShort := !isStream && n > 0 && !k.tap.bodies.has(n)
		if n <= 0 || isShort {
			d.isCut, k.isShort = true, k.isShort || isShort
			return
		}
		if isStream {
			var at [8]byte
			k.put(kind, appendTime(at[:0], k.tap.config.Now().UnixNano()), part[:n])
			k.tap.stir()
		} else {
			k.put(kind, nil, part[:n])
		}
		d.kept += int64(n)
		part = part[n:]
	}
}

// Answered takes the head of the answer.
func (k *Track) Answered(at time.Time, head []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered, k.status = at.UnixNano(), statusOf(head)
	k.isTunnel = k.status == 101 || k.isConnect && k.status/100 == 2
	k.isStream = k.isTunnel || bytes.Contains(head, []byte("/event-stream"))
	var stamp [8]byte
	k.put(partAnswered, appendTime(stamp[:0], k.answered), head[:min(len(head), headMost)])
	k.tap.stir()
}

// statusOf reads "HTTP/1.1 200"; 0 if it is something else.
func statusOf(head []byte) (status uint16) {
	const begin = len("HTTP/1.1 ")
	if len(head) < begin+3 {
		return 0
	}
	for _, c := range head[begin : begin+3] {
		if c < '0' || c > '9' {
			return 0
		}
		status = status*10 + uint16(c-'0')
	}
	return status
}

// Passed counts bytes that went by without being seen. What follows them is not
// kept.
func (k *Track) Passed(asked, content int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked.all += asked
	k.content.all += content
	k.asked.isCut = k.asked.isCut || asked > 0
	k.content.isCut = k.content.isCut || content > 0
}

// Joined says that this is a tunnel that has gone on for a while, and that nothing was
// heard of it before.
func (k *Track) Joined(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var stamp [8]byte
	k.put(partJoined, appendTime(stamp[:0], at.UnixNano()), nil)
	k.tap.stir()
}

// HasEnough reports whether the rest of the answer's body may pass unseen. If so,
// nothing more of it is kept.
func (k *Track) HasEnough() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := &k.content
	if !k.isStream && !d.isCut {
		k.isShort = k.isShort || d.kept < bodyMost && !k.tap.bodies.has(partMost)
		d.isCut = k.isShort || d.kept >= bodyMost
	}
	return d.isCut || k.isMissed
}

// End says that this was all; fault, why it is not whole.
func (k *Track) End(at time.Time, fault string) {
	k.mu.Lock()
	if k.isOver {
		k.mu.Unlock()
		return
	}
	k.isOver = true
	if !k.isMissed {
		var room [endRoom]byte
		b := appendTime(room[:0], at.UnixNano())
		b = appendTime(b, k.answered)
		b = binary.LittleEndian.AppendUint16(b, k.status)
		b = binary.AppendUvarint(b, uint64(k.asked.all))
		b = binary.AppendUvarint(b, uint64(k.content.all))
		b = append(b, fault[:min(len(fault), faultMost)]...)
		k.append(partEnd, b, nil)
	}
	k.isLate = !k.flush(0, nil, nil)
	t, isFree := k.tap, !k.isLate
	if isFree && k.isMissed {
		k.leave()
	}
	k.mu.Unlock()
	if isFree {
		tracks.Put(k)
	}
	t.stir()
}

// leave takes the track from those that are open, where nothing was kept with which
// that is done.
func (k *Track) leave() {
	k.tap.mu.Lock()
	k.tap.open.remove(k)
	k.tap.mu.Unlock()
	k.release()
}
