//go:build linux || darwin || freebsd

package run

import (
	"errors"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A terminal is our end of a program's terminal.
type terminal struct{ *os.File }

func (t *terminal) resize(s Size) error {
	raw, err := t.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: s.Rows, Col: s.Columns})
	})
	return errors.Join(err, failed)
}

// streams are the files that a program begins with.
type streams struct {
	files    []*os.File // by descriptor
	own      []*os.File // those that we have opened for it
	terminal *terminal  // our end
	control  int        // the descriptor that is its terminal; -1 for none
}

// open gathers the files of a program.
func (p Program) open() (s streams, err error) {
	s = streams{files: []*os.File{p.Stdin, p.Stdout, p.Stderr}, control: -1}
	defer func() {
		if err != nil {
			s.close()
			s.abandon()
		}
	}()
	fill, err := s.fill(p.Terminal)
	if err != nil {
		return s, err
	}
	for i, f := range s.files {
		if f == nil {
			s.files[i] = fill
			if s.terminal != nil && s.control < 0 {
				s.control = i
			}
		}
	}
	for _, socket := range p.Sockets {
		s.files = append(s.files, socket.File)
	}
	return s, nil
}

// fill returns what a stream is that is not given.
func (s *streams) fill(size *Size) (*os.File, error) {
	if size == nil {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		s.own = append(s.own, null)
		return null, err
	}
	ours, theirs, err := pty.Open()
	if err != nil {
		return nil, err
	}
	s.own = append(s.own, theirs)
	// os made it one that does not block, and the program would share that
	// with us: asking for its number undoes it (os.File.Fd).
	_ = theirs.Fd()
	if ours, err = waitable(ours); err != nil {
		return nil, err
	}
	s.terminal = &terminal{ours}
	return theirs, s.terminal.resize(*size)
}

// close closes what the program has now.
func (s streams) close() {
	for _, f := range s.own {
		f.Close()
	}
}

// abandon closes our end of a terminal that nobody uses.
func (s streams) abandon() {
	if s.terminal != nil {
		s.terminal.Close()
	}
}
