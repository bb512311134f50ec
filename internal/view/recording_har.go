package view

import (
	"io"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/har"
)

// An Archive writes requests that were kept as an HTTP Archive, one after another.
type Archive struct{ to *har.Writer }

// NewArchive begins an archive. It is whole once it is closed.
func NewArchive(w io.Writer) Archive {
	return Archive{har.NewWriter(w, har.Creator{Name: "limen", Version: "1"})}
}

// Add writes a request.
func (a Archive) Add(r limen.Recording) error { return a.to.Add(har.EntryOf(r)) }

// Close ends the archive, and not what it was written to.
func (a Archive) Close() error { return a.to.Close() }
