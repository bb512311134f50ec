package host

import (
	"errors"
	"os"
	"slices"
	"sync"

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
// Who is told may be a terminal that takes nothing; neither the app nor what is
// kept of it waits for that. Nil is no pipes.
func (p *pipes) read(c *crew, s *stint) {
	if p == nil {
		return
	}
	closeAll(p.theirs[:]) // the program has them
	var untold journal.Queue
	var reading sync.WaitGroup
	for i, from := range p.ours {
		reading.Go(func() {
			defer from.Close() // it was only read
			err := journal.Lines(from, s.app, printed[i], c.host.now, func(lines []limen.LogLine) {
				c.keep(s, lines)
				untold.Put(lines)
			})
			if err != nil && !errors.Is(err, os.ErrClosed) {
				s.note("cannot be heard any more: " + err.Error())
			}
		})
	}
	s.shown.Go(func() { untold.Tell(c.print) })
	s.shown.Go(func() {
		reading.Wait()
		untold.Close()
	})
}

// keep keeps lines of an app, and lets those hear them who wait for one.
func (c *crew) keep(s *stint, lines []limen.LogLine) {
	if c.journal != nil {
		if err := c.journal.Add(lines); err != nil {
			s.note(err.Error())
		}
	}
	if s.byLine != nil && slices.ContainsFunc(lines, func(l limen.LogLine) bool { return s.byLine(l.Text) }) {
		s.becomeReady()
	}
}

// note tells something about a stint, without waiting until it is heard.
func (s *stint) note(why string) {
	s.shown.Go(func() { s.crew.tell(limen.AppEvent{App: s.app, Change: limen.AppNoted, Why: why}) })
}

// print tells lines of an app.
func (c *crew) print(lines []limen.LogLine) {
	for _, l := range lines {
		c.tell(limen.AppEvent{App: l.App, Change: limen.AppPrinted, Line: &l})
	}
}
