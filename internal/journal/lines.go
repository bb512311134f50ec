package journal

import (
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
	// mostLines is how many lines are given at once: a page full of line ends
	// would make thousands.
	mostLines = 1024
)

// Lines reads what an app prints, and gives the lines of each read at once, with
// one time: a line is given as soon as it is whole, or nothing more of it has
// come for a moment; then what comes of it later is a line of its own. It
// returns when nobody can print there any more. A carriage return in a line, as
// progress bars have it, begins it anew. The slice is used again; the texts are
// not.
//
// Nothing is lost, and an app that prints faster than give takes lines waits for
// it. So give must not wait for anybody: see [Queue].
func Lines(from *os.File, app string, stream limen.Stream, now func() time.Time, give func([]limen.LogLine)) error {
	c := &cutter{app: app, stream: stream, now: now, give: give, buf: make([]byte, 4<<10)}
	// A timer, and no deadline of the file: pipes of Windows have none.
	pause := time.AfterFunc(quiet, c.pause)
	defer pause.Stop()
	for {
		n, err := from.Read(c.buf[c.end:])
		if c.took(n) {
			pause.Reset(quiet)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrClosed):
			c.finish()
			return nil
		default:
			c.finish()
			return err
		}
	}
}
