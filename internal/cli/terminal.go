package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// widthOf returns the columns of the terminal that w is; 0 if it is none.
func widthOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80 // a terminal that does not know its size, as on a serial line
	}
	return width
}

// isTerminal reports whether r is a terminal, at which somebody may sit.
func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// sizeOf returns the size of the terminal that f is.
func sizeOf(f *os.File) (rows, columns uint16) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 24, 80 // as for a terminal that does not know its size
	}
	return uint16(height), uint16(width)
}

// raw has a terminal hand on every key as it is typed, until it is undone.
func raw(f *os.File) (undo func() error, err error) {
	before, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	return func() error { return term.Restore(int(f.Fd()), before) }, nil
}
