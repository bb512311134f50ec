package tap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A Question says which requests are meant. The zero value means the last 100.
type Question struct {
	Wants func(*limen.Exchange) bool // nil means all
	Most  int                        // the last so many; 0 means 100
}

// Exchanges reads which requests are kept below a directory, the last one last. It
// may be written to at the same time.
func Exchanges(ctx context.Context, dir string, q Question) (limen.Exchanges, error) {
	q.Most = cmp.Or(q.Most, 100)
	var all limen.Exchanges
	err := eachRing(dir, func(root *os.Root, letter string) error {
		r := &reading{ctx: ctx, root: root, letter: letter, question: q}
		if err := r.read(); err != nil {
			return err
		}
		all.Exchanges = append(all.Exchanges, r.found...)
		all.Gaps = append(all.Gaps, r.gaps...)
		return nil
	})
	sortByTime(all.Exchanges, func(x *limen.Exchange) *limen.Exchange { return x })
	all.Exchanges = all.Exchanges[max(0, len(all.Exchanges)-q.Most):]
	return all, err
}

// Recordings reads all that is kept of some requests, in the order of their IDs. One
// that is not kept is an error.
func Recordings(ctx context.Context, dir string, ids []string) (limen.Recordings, error) {
	wanted := map[string]map[uint64]bool{}
	for _, id := range ids {
		letter, number, ok := parseID(id)
		if !ok {
			return limen.Recordings{}, &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot find request %q", id), Why: "requests are called by a number, such as 17 or b17", Next: "limen tap ls"}
		}
		if wanted[letter] == nil {
			wanted[letter] = map[uint64]bool{}
		}
		wanted[letter][number] = true
	}
	found := map[string]limen.Recording{}
	var all limen.Recordings
	why := "it is not kept, or not any more: the oldest make room for new ones"
	err := eachRing(dir, func(root *os.Root, letter string) error {
		if wanted[letter] == nil {
			return nil
		}
		r := &reading{ctx: ctx, root: root, letter: letter, wanted: wanted[letter]}
		if err := r.read(); err != nil {
			return err
		}
		for _, one := range r.recordings {
			found[one.ID] = one
		}
		for _, gap := range r.gaps {
			why = fmt.Sprintf("it is not kept, and missing are %s: %s", gap.What, gap.Why)
		}
		return nil
	})
	if err != nil {
		return limen.Recordings{}, err
	}
	for _, id := range ids {
		one, ok := found[id]
		if !ok {
			return limen.Recordings{}, &limen.Error{Kind: limen.NotFound, What: "cannot find request " + id, Why: why, Next: "limen tap ls"}
		}
		all.Recordings = append(all.Recordings, one)
	}
	return all, nil
}

// eachRing gives each ring below a directory. Where there is none, nothing is kept.
func eachRing(dir string, give func(root *os.Root, letter string) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if len(e.Name()) != 1 || !strings.Contains(letters, e.Name()) || !e.IsDir() {
			continue
		}
		root, err := os.OpenRoot(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		if err := errors.Join(give(root, e.Name()), root.Close()); err != nil {
			return err
		}
	}
	return nil
}

// sortByTime sorts by when the requests came, and of one moment by their IDs.
func sortByTime[T any](all []T, of func(*T) *limen.Exchange) {
	slices.SortFunc(all, func(a, b T) int {
		x, y := of(&a), of(&b)
		return cmp.Or(x.Time.Compare(y.Time), len(x.ID)-len(y.ID), strings.Compare(x.ID, y.ID))
	})
}
