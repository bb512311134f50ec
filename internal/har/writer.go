package har

import (
	"bufio"
	"encoding/json"
	"io"
)

// A Writer writes an archive entry by entry, so that it may be larger than memory.
type Writer struct {
	to    *bufio.Writer
	count int
	err   error
}

// NewWriter begins an archive. It is whole once it is closed.
func NewWriter(w io.Writer, by Creator) *Writer {
	a := &Writer{to: bufio.NewWriter(w)}
	a.write(`{"log":{"version":"` + Version + `","creator":`)
	a.add(by)
	a.write(`,"entries":[`)
	return a
}

// Add writes an entry.
func (a *Writer) Add(e Entry) error {
	if a.count > 0 {
		a.write(",")
	}
	a.count++
	a.write("\n")
	a.add(e)
	return a.err
}

// Close writes what is not written yet, and the end; it does not close what it
// was written to.
func (a *Writer) Close() error {
	a.write("\n]}}\n")
	if a.err == nil {
		a.err = a.to.Flush()
	}
	return a.err
}

func (a *Writer) add(v any) {
	b, err := json.Marshal(v)
	if a.err == nil {
		a.err = err
	}
	a.write(string(b))
}

func (a *Writer) write(s string) {
	if a.err == nil {
		_, a.err = a.to.WriteString(s)
	}
}
