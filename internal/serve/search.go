package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// A search goes through a folder and all below it, and ends in a time that a
// person waits. What it did not get to is said, for "nothing found" is only
// true of what was looked at.
const (
	searchTime = 2 * time.Second
	mostFound  = 1000
	mostNames  = 1_000_000 // that are looked at
)

// Why a search ended before it had seen all.
var (
	errFoundMost = fmt.Errorf("there are more than %d; add a word to see fewer", mostFound)
	errSawMost   = fmt.Errorf("the search ended after %d names; search in a folder further down", mostNames)
	errTookMost  = fmt.Errorf("the search ended after %v; search in a folder further down", searchTime)
)

// found goes through the entries below the folder whose names have the words
// that are searched for.
func (l *listing) found(ctx context.Context) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		limited, cancel := context.WithTimeoutCause(ctx, searchTime, errTookMost)
		defer cancel()
		var block []entry
		seen := 0
		w := walk{visit: func(here *os.Root, at string, d fs.DirEntry) error {
			if seen++; seen > mostNames {
				return errSawMost
			}
			if !l.wish.matches(at) {
				return nil
			}
			if len(block) == mostFound {
				return errFoundMost
			}
			block = append(block, entry{name: at, kind: kindOf(d.Type())})
			return nil
		}}
		err := w.folder(limited, l.looker.here, "", 0)
		l.left = w.left
		if err != nil {
			l.notes = append(l.notes, whyCut(limited, err))
		}
		l.yieldSorted(ctx, block, yield)
	}
}

// whyCut says why a search ended before it had seen all.
func whyCut(ctx context.Context, err error) string {
	if errors.Is(err, errFoundMost) || errors.Is(err, errSawMost) {
		return err.Error()
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause.Error()
	}
	return "the folder could not be read to its end"
}

// matches reports whether a path has every word that is searched for, and its
// last name at least one: what is in a folder that matches would drown it.
func (w wish) matches(at string) bool {
	at = strings.ToLower(at)
	name := path.Base(at)
	return slices.ContainsFunc(w.search, func(word string) bool { return strings.Contains(name, word) }) &&
		!slices.ContainsFunc(w.search, func(word string) bool { return !strings.Contains(at, word) })
}
