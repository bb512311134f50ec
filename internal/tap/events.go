package tap

import (
	"bytes"
	"cmp"

	"github.com/limenhq/limen"
)

// Events reads a text/event-stream, and tells each event that is whole: all of its
// lines, each with one line feed, but for the last (HTML, section 9.2.6).
type events struct {
	tell  func(kind limen.FrameKind, body []byte, size int64)
	keeps bool // the bodies are wanted
	most  int  // bytes of one that are kept; zero means bodyMost

	block    []byte // the event, and behind it from line on, its last line
	line     int
	size     int64 // of the event, without its last line
	length   int64 // of the last line
	hasData  bool  // without which nobody is told of it
	isLate   bool  // it was not wanted from its beginning, so its body is not kept
	isReturn bool  // the last byte was a carriage return
}

// take takes what has come.
func (e *events) take(b []byte) {
	for len(b) > 0 {
		if e.isReturn && b[0] == '\n' {
			e.isReturn = false
			b = b[1:]
			continue
		}
		e.isReturn = false
		i := bytes.IndexAny(b, "\r\n")
		if i < 0 {
			e.add(b)
			return
		}
		e.add(b[:i])
		e.isReturn = b[i] == '\r'
		b = b[i+1:]
		e.endLine()
	}
}

func (e *events) add(b []byte) {
	e.length += int64(len(b))
	room := len(dataName) + 1 - (len(e.block) - e.line) // so much of a line says what it is
	if e.keeps {
		room = cmp.Or(e.most, bodyMost) - len(e.block)
	}
	if room > 0 {
		e.block = append(e.block, b[:min(len(b), room)]...)
	}
}

// keep has the bodies of events wanted from the next one on, or none.
func (e *events) keep(isKept bool) {
	e.isLate = e.isLate || isKept && !e.keeps && e.size+e.length > 0
	e.keeps = isKept
}

const dataName = "data"

func (e *events) endLine() {
	line := e.block[e.line:]
	if e.length > 0 {
		rest, isData := bytes.CutPrefix(line, []byte(dataName))
		e.hasData = e.hasData || isData && (len(rest) == 0 || rest[0] == ':')
		e.size += e.length + 1
		e.length = 0
		if !e.keeps {
			e.block = e.block[:0]
		} else if len(e.block) < cmp.Or(e.most, bodyMost) {
			e.block = append(e.block, '\n')
		}
		e.line = len(e.block)
		return
	}
	if e.hasData {
		body := bytes.TrimSuffix(e.block, []byte("\n"))
		if e.isLate {
			body = nil
		}
		e.tell(limen.FrameEvent, body, e.size-1)
	}
	e.block, e.line, e.size, e.hasData, e.isLate = e.block[:0], 0, 0, false, false
}
