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
