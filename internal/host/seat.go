package host

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/run"
)

// A seat is what an app in the foreground sits at: a terminal of its own that
// is joined to ours, or the very files that limen has. One run after another
// can have it.
type seat struct {
	front Front
	isTTY bool

	mu    sync.Mutex // guards what follows
	run   *run.Run   // who has it now; nil for nobody
	undo  func() error
	typed bool // what is typed is being handed on
}

// seat gives a program its seat. Whoever leaves it gets the terminal back. What
// is captured has none.
func (c *crew) seat(in op.RunIn, p *run.Program) (*seat, error) {
	f := c.host.front
	s := &seat{front: f, isTTY: f.isTerminal() && !in.Capture}
	if !s.isTTY {
		p.Stdin, p.Stdout, p.Stderr = f.In, f.Out, f.Err
		return s, nil
	}
	// Before the program is there: what is typed at once is its own, too.
	undo, err := f.Raw()
	if err != nil {
		return nil, fmt.Errorf("the terminal: %w", err)
	}
	s.undo = undo
	rows, columns := f.Size()
	p.Terminal = &run.Size{Rows: rows, Columns: columns}
	return s, nil
}

// take joins the terminal of a run to ours. What it shows is shown before the
// stint is over.
func (s *seat) take(t *stint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = t.run
	if !s.isTTY {
		return
	}
	own := t.run.Terminal()
	t.shown.Go(func() {
		// Reading fails when no process has the terminal open at the moment. One
		// may open it again, and to close our end would hang up on all of them.
		for {
			_, _ = io.Copy(s.front.Screen, own)
			select {
			case <-t.gone:
				own.Close() // all was shown
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	if !s.typed {
		s.typed = true
		go s.typing() // until limen ends: read(2) of a terminal cannot be called back
	}
}

// typing hands on what is typed, to whoever has the seat.
func (s *seat) typing() {
	keys := make([]byte, 4<<10)
	for {
		n, err := s.front.In.Read(keys)
		s.mu.Lock()
		at := s.run
		s.mu.Unlock()
		if n > 0 && at != nil {
			_, _ = at.Terminal().Write(keys[:n]) // who has ended reads nothing
		}
		if err != nil {
			return
		}
	}
}

// forward hands a signal on to who has the seat, and reports whether somebody
// has.
func (s *seat) forward(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.run == nil:
		return false
	case sig == resized && sig != nil:
		if s.isTTY {
			rows, columns := s.front.Size()
			_ = s.run.Resize(run.Size{Rows: rows, Columns: columns}) // the old one is no harm
		}
		return true
	}
	return s.run.Signal(sig) == nil
}

// leave gives the terminal back.
func (s *seat) leave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.undo == nil {
		return nil
	}
	return s.undo()
}

// handedOver opens the port of a launch for a program that takes it over. The
// caller closes the files.
func handedOver(ctx context.Context, in op.RunIn, l limen.Launch, p *run.Program) ([]*os.File, error) {
	if !in.Socket {
		return nil, nil
	}
	address, err := netip.ParseAddr(l.Host)
	if err != nil {
		return nil, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot listen at %q", l.Host), Why: "it is no address", Next: "limen run --socket --host 127.0.0.1 ./server"}
	}
	at := netip.AddrPortFrom(address, l.Port)
	var c net.ListenConfig
	listener, err := c.Listen(ctx, "tcp", at.String())
	if err != nil {
		return nil, &limen.Error{Kind: limen.Busy, What: fmt.Sprintf("cannot listen at %v", at), Why: err.Error(), Next: fmt.Sprintf("limen why %d", l.Port)}
	}
	defer listener.Close() // the copy stays
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		return nil, err
	}
	p.Sockets = []run.Socket{{File: file, Name: leaseName(l.App)}}
	return []*os.File{file}, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() // nothing was written
	}
}
