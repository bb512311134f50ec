package journal

import (
	"bytes"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// A cutter cuts bytes into lines. While it cuts what was read, more may be read
// into its buffer, after the end.
type cutter struct {
	app    string
	stream limen.Stream
	now    func() time.Time
	give   func([]limen.LogLine)

	mu    sync.Mutex // guards what follows, but for the bytes of buf after end
	buf   []byte     // a line that has no end yet, and room
	end   int        // of what was read
	said  int        // so much of it was given already
	begun bool       // some of the line was given
	over  bool       // nothing more is given
	lines []limen.LogLine
}

// took takes in that so many bytes were read, and reports whether there are some
// of a line that has no end.
func (c *cutter) took(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.end
	c.end += n
	if i := bytes.LastIndexByte(c.buf[old:c.end], '\n'); i >= 0 {
		whole := old + i + 1
		c.cut(whole)
		c.end = copy(c.buf, c.buf[whole:c.end])
	}
	c.rewind()
	c.makeRoom()
	return c.end > c.said
}

// cut gives the lines of the first so many bytes. Their texts are parts of one,
// so that it is made but once.
func (c *cutter) cut(whole int) {
	at, rest := c.now().UTC(), c.buf[c.said:whole]
	texts := string(rest)
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n')
		// A line of which some was given ends without another.
		if from, to := shown(rest[:end]); to > from || !c.begun {
			c.say(limen.LogLine{Time: at, Level: LevelOf(rest[from:to]), Text: texts[from:to]})
		}
		rest, texts = rest[end+1:], texts[end+1:]
		c.begun = false
	}
	c.said = 0
	c.flush()
}

// rewind forgets what a line was before it began anew.
func (c *cutter) rewind() {
	if from, _ := shown(c.buf[:c.end]); from > 0 {
		c.end, c.said = copy(c.buf, c.buf[from:c.end]), 0
	}
}

// makeRoom gives what fills the largest buffer, or else takes a larger one: most
// apps need but a small one.
func (c *cutter) makeRoom() {
	switch {
	case c.end < len(c.buf):
	case len(c.buf) < longest:
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	default:
		c.sayRest(true)
		c.end, c.said = 0, 0
	}
}

// pause gives what there is of a line whose end does not come.
func (c *cutter) pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.sayRest(false)
	}
}

// finish gives what is left. Nothing is given after it.
func (c *cutter) finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sayRest(false)
	c.over = true
}

// sayRest gives what there is of a line without its end.
func (c *cutter) sayRest(isCut bool) {
	from, to := shown(c.buf[c.said:c.end])
	if from == to {
		return
	}
	rest := c.buf[c.said:c.end][from:to]
	c.say(limen.LogLine{Time: c.now().UTC(), Level: LevelOf(rest), Text: string(rest), Cut: isCut})
	c.flush()
	c.said, c.begun = c.end, true
}

// say gives a line soon.
func (c *cutter) say(l limen.LogLine) {
	l.App, l.Stream = c.app, c.stream
	c.lines = append(c.lines, l)
	if len(c.lines) == mostLines {
		c.flush()
	}
}

// flush gives the lines that were said.
func (c *cutter) flush() {
	if len(c.lines) > 0 {
		c.give(c.lines)
		clear(c.lines) // their texts may go
		c.lines = c.lines[:0]
	}
}

// shown returns which part of a line a terminal would show, if it was written
// over.
func shown(line []byte) (from, to int) {
	for to = len(line); to > 0 && line[to-1] == '\r'; to-- {
	}
	return bytes.LastIndexByte(line[:to], '\r') + 1, to
}
