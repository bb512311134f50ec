package journal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"

	"github.com/limenhq/limen"
)

const (
	// longest is how long a line may be. What is longer is cut into several.
	longest = 64 << 10
	// quiet is how long is waited for the end of a line that has begun: a
	// question to whoever sits there has none.
	quiet = 200 * time.Millisecond
)

// Lines reads what an app prints, and gives the lines of each read at once: a
// line is given as soon as it is whole, or nothing more of it has come for a
// moment. It returns when nobody can print there any more. A carriage return in
// a line, as progress bars have it, begins it anew. The slice is used again.
//
// An app that prints faster than give takes lines waits for it, as it would for
// a terminal: nothing is lost, and no more than one buffer is held.
func Lines(from *os.File, app string, stream limen.Stream, now func() time.Time, give func([]limen.LogLine)) error {
	buf := make([]byte, 0, 4<<10) // grows to longest only for whom that is needed
	var lines []limen.LogLine
	say := func(line []byte, cut bool) {
		line = lastState(line)
		lines = append(lines, limen.LogLine{Time: now().UTC(), App: app, Stream: stream, Level: LevelOf(line), Text: string(line), Cut: cut})
	}
	for {
		if len(lines) > 0 {
			give(lines)
			lines = lines[:0]
		}
		if len(buf) == cap(buf) {
			say(buf, true)
			buf = buf[:0]
		}
		if len(buf) > 0 {
			// Where there are no deadlines the line is given when it ends.
			_ = from.SetReadDeadline(time.Now().Add(quiet))
		} else {
			_ = from.SetReadDeadline(time.Time{})
		}
		n, err := from.Read(buf[len(buf):cap(buf)])
		isFull := len(buf)+n == cap(buf)
		buf = buf[:len(buf)+n]
		rest := buf
		for {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			say(rest[:i], false)
			rest = rest[i+1:]
		}
		buf = buf[:copy(buf, rest)]
		if isFull && cap(buf) < longest { // much comes: take more at once
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			say(buf, false)
			buf = buf[:0]
		default:
			if len(buf) > 0 {
				say(buf, false)
			}
			if len(lines) > 0 {
				give(lines)
			}
			if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
				return nil
			}
			return err
		}
	}
}

// lastState is what a terminal would show of a line that was written over.
func lastState(line []byte) []byte {
	line = bytes.TrimRight(line, "\r")
	return line[bytes.LastIndexByte(line, '\r')+1:]
}
