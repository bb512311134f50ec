package trust

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/limenhq/limen"
)

// unwritten says why a file could not be written: that is for whoever has the
// disk and the directory to change, and no fault of limen's. Drafts have names
// that say nothing to anybody, so the file that was meant is named.
func unwritten(file string, err error, next string) error {
	e := &limen.Error{Kind: limen.Denied, What: "cannot write " + file, Why: err.Error(), Next: next}
	var at *fs.PathError
	if errors.As(err, &at) {
		e.Why = at.Err.Error()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Why = limen.NotFound, "there is no such folder"
	case errors.Is(err, syscall.ENOSPC):
		e.Why, e.Next = "the disk is full", "make room, and do it again"
	}
	return e
}

// elsewhere is what helps where the authority cannot be kept.
const elsewhere = "set XDG_STATE_HOME to a directory that you can write to"
