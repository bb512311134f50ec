package host

import (
	"errors"
	"os"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/journal"
	"github.com/limenhq/limen/internal/run"
)

// Pipes are where an app prints whose lines are told and kept.
type pipes struct {
	ours   [2]*os.File // to read from
	theirs [2]*os.File
}

// printed are the streams of pipes, in their order.
var printed = [2]limen.Stream{limen.StdOut, limen.StdErr}

// openPipes gives a program pipes to print to, and nothing to read.
func openPipes(p *run.Program) (*pipes, error) {
	var all pipes
	for i := range printed {
		r, w, err := os.Pipe()
		if err != nil {
			all.abandon()
			return nil, err
		}
		all.ours[i], all.theirs[i] = r, w
		// It goes to a program that knows nothing of descriptors which do not
		// block; asking for its number makes it one that does (os.File.Fd).
		_ = w.Fd()
	}
	p.Stdin, p.Stdout, p.Stderr = nil, all.theirs[0], all.theirs[1]
	return &all, nil
}

// abandon closes pipes that nobody prints to. Nil is no pipes.
func (p *pipes) abandon() {
	if p == nil {
		return
	}
	closeAll(p.ours[:])
	closeAll(p.theirs[:])
}

// read tells and keeps what is printed, until no process can print any more.
// Nil is no pipes.
func (p *pipes) read(c *crew, s *stint) {
	if p == nil {
		return
	}
	closeAll(p.theirs[:]) // the program has them
	for i, from := range p.ours {
		s.shown.Go(func() {
			defer from.Close() // it was only read
			err := journal.Lines(from, s.app, printed[i], c.host.now, c.print)
			if err != nil && !errors.Is(err, os.ErrClosed) {
				c.tell(limen.AppEvent{App: s.app, Change: limen.AppNoted, Why: "cannot be heard any more: " + err.Error()})
			}
		})
	}
}

// print tells and keeps lines of an app.
func (c *crew) print(lines []limen.LogLine) {
	if c.journal != nil {
		if err := c.journal.Add(lines); err != nil {
			c.tell(limen.AppEvent{App: lines[0].App, Change: limen.AppNoted, Why: "cannot have its lines kept any more: " + err.Error()})
		}
	}
	for _, l := range lines {
		if c.heard != nil {
			c.heard(l)
		}
		c.tell(limen.AppEvent{App: l.App, Change: limen.AppPrinted, Line: &l})
	}
}
