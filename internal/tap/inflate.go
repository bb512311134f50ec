package tap

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
)

const (
	windowMost = 32 << 10 // bytes of what was said before that a message may refer to (RFC 7692, section 7.1.2)
	plainMost  = 64 << 20 // bytes that a message may become, before it is taken for a bomb
)

// messageEnd is what a sender has left out behind a message (RFC 7692, section
// 7.2.2), and a last block, so that a reader of streams finds an end.
const messageEnd = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// An inflater reads compressed messages that go one way over a WebSocket (RFC 7692).
type inflater struct {
	forgets bool // no message refers to one before it
	window  []byte
	reader  io.ReadCloser
	isLost  bool // something that later messages refer to is missing
}

// newInflater returns what reads messages of one way, as both have agreed in
// Sec-WebSocket-Extensions; nil if they have not. Forgets is the parameter by which
// that way keeps nothing (RFC 7692, section 7.1.1).
func newInflater(extensions, forgets string) *inflater {
	for one := range strings.SplitSeq(extensions, ",") {
		name, parameters, _ := strings.Cut(one, ";")
		if strings.TrimSpace(name) != "permessage-deflate" {
			continue
		}
		i := &inflater{}
		for p := range strings.SplitSeq(parameters, ";") {
			i.forgets = i.forgets || strings.TrimSpace(p) == forgets
		}
		return i
	}
	return nil
}

// inflate returns what a message says, and how long that is. Of one that cannot be
// read it returns nothing, and the size that it has as it is.
func (i *inflater) inflate(pressed []byte, size int64) ([]byte, int64) {
	if i.isLost || int64(len(pressed)) < size {
		i.miss()
		return nil, size
	}
	source := io.MultiReader(bytes.NewReader(pressed), strings.NewReader(messageEnd))
	if i.reader == nil {
		i.reader = flate.NewReaderDict(source, i.window)
	} else if err := i.reader.(flate.Resetter).Reset(source, i.window); err != nil {
		return nil, size
	}
	var kept bytes.Buffer
	n, err := io.Copy(&kept, io.LimitReader(i.reader, bodyMost))
	tail := &tail{bytes: append(i.window, kept.Bytes()...)}
	if err == nil && n == bodyMost {
		var more int64
		more, err = io.Copy(tail, io.LimitReader(i.reader, plainMost-bodyMost))
		if n += more; n == plainMost {
			err = io.ErrShortBuffer
		}
	}
	if err != nil {
		i.miss()
		return nil, size
	}
	if !i.forgets {
		tail.trim()
		i.window = tail.bytes
	}
	return kept.Bytes(), n
}

// miss notes that a message was not read, to which later ones may refer.
func (i *inflater) miss() { i.isLost = !i.forgets }

// A tail is the end of what is written to it.
type tail struct{ bytes []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.bytes = append(t.bytes, p...)
	if len(t.bytes) > 4*windowMost {
		t.trim()
	}
	return len(p), nil
}

func (t *tail) trim() {
	if extra := len(t.bytes) - windowMost; extra > 0 {
		t.bytes = append(t.bytes[:0:0], t.bytes[extra:]...)
	}
}
