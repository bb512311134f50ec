package serve

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// No answer is a mixture of two versions of a file. A small part is read as a
// whole before anything is sent, and read anew if the file changed meanwhile.
// Of a large one the last bytes are held back until it is known that the file
// did not change; if it did, the connection is cut, and the client knows that
// it has only a part.

// small is how large a part may be that is read as a whole. Above, the kernel
// sends the file by itself (sendfile(2)), which takes more calls and copies
// nothing.
const small = 32 << 10

// settled is how long a file must have been left alone to be sent by the
// kernel: it sends the pages of the file themselves, and what is written to
// them before they have left goes out in the place of what was there.
const settled = 2 * time.Second

// sample is how many bytes at the beginning of a large part are read twice.
const sample = 512

// buffers are what small parts, and the last bytes of large ones, are read into.
var buffers = sync.Pool{New: func() any { b := make([]byte, small); return &b }}

// sendSpan answers with one part of a file, or all of it. It fails if the file
// changed before anything was sent.
func (s *Site) sendSpan(w http.ResponseWriter, r *http.Request, p page, part span, status int) error {
	w.Header()["Content-Length"] = []string{strconv.FormatInt(part.length, 10)}
	if r.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	if part.length > small {
		w.WriteHeader(status)
		mustSend(s.copyLarge(w, p, part) == nil)
		return nil
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b := (*buf)[:part.length]
	if err := readWhole(p, b, part.start); err != nil {
		return err
	}
	w.WriteHeader(status)
	w.Write(b) // who does not read it is gone
	return nil
}

// mustSend ends the connection in the middle of an answer that cannot be
// completed: that is what the server takes this panic for.
func mustSend(ok bool) {
	if !ok {
		panic(http.ErrAbortHandler)
	}
}

// readWhole reads a small part of a file, all of one version.
func readWhole(p page, b []byte, start int64) error {
	if len(b) > 0 {
		if _, err := p.file.ReadAt(b, start); err != nil {
			return errChanged // it is shorter now, or the disk is broken
		}
	}
	if !p.isLast {
		return unchanged(p)
	}
	return unchangedBut(p, b, start)
}

// unchanged fails if a file is not what it was when it was opened.
func unchanged(p page) error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if !isSame(p.file, p.info, info) {
		return errChanged
	}
	return nil
}

// unchangedBut lets a file grow: a log that is written all the time is what it
// was as far as that went. Bytes that were read tell it from a file that was
// written anew and is longer now.
func unchangedBut(p page, read []byte, start int64) error {
	info, err := p.file.Stat()
	switch {
	case err != nil:
		return err
	case isSame(p.file, p.info, info):
		return nil
	case info.Size() <= p.info.Size():
		return errChanged
	}
	again := make([]byte, len(read))
	if _, err := p.file.ReadAt(again, start); err != nil || !bytes.Equal(read, again) {
		return errChanged
	}
	return nil
}

// copyPart sends a part of a file in the middle of an answer.
func (s *Site) copyPart(w io.Writer, p page, part span) error {
	if part.length > small {
		return s.copyLarge(w, p, part)
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b := (*buf)[:part.length]
	p.isLast = true // what was sent before cannot be sent again
	if err := readWhole(p, b, part.start); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// copyLarge sends a large part of a file.
func (s *Site) copyLarge(w io.Writer, p page, part span) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	first, last := (*buf)[:sample], (*buf)[sample:]
	if _, err := p.file.ReadAt(first, part.start); err != nil {
		return err
	}
	if _, err := p.file.Seek(part.start, io.SeekStart); err != nil {
		return err
	}
	var from io.Reader = p.file
	if s.age(p) < settled {
		from = struct{ io.Reader }{p.file} // hidden from sendfile
	}
	rest := part.length - int64(len(last))
	if n, err := io.Copy(w, &io.LimitedReader{R: from, N: rest}); err != nil || n < rest {
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	if _, err := p.file.ReadAt(last, part.start+rest); err != nil {
		return err
	}
	if err := unchangedBut(p, first, part.start); err != nil {
		return err
	}
	_, err := w.Write(last)
	return err
}

// age is how long a file was left alone. One from the future was.
func (s *Site) age(p page) time.Duration {
	if age := s.now().Sub(p.info.ModTime()); age >= 0 {
		return age
	}
	return settled
}
