package host

import (
	"io"
	"os"
)

// A Front is where a program runs in the foreground: the files and the terminal
// of whoever asked. The zero value is nowhere: programs then read nothing, and
// what they print is lost unless it is captured.
type Front struct {
	In, Out, Err *os.File // what a program inherits; nil for nothing

	// Size returns the size of the terminal that In and Out are; it is nil if
	// they are none, and then programs get none.
	Size func() (rows, columns uint16)
	// Raw hands every key on as it is typed, until it is undone.
	Raw func() (undo func() error, err error)
	// Screen is where what the program prints to its terminal goes.
	Screen io.Writer

	// Signals is told of those that are meant for the program; nil for none.
	Signals <-chan os.Signal
}

// isTerminal reports whether a program in the foreground has a terminal.
func (f Front) isTerminal() bool { return f.Size != nil }
