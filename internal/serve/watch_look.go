package serve

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/limenhq/limen"
)

// mostSeen is how many files a look takes in. A look at so many takes seconds.
const mostSeen = 100_000

// A sight is what a look saw: the version of each file, by its path.
type sight map[string]version

// look looks again and again, until ctx ends, and tells what is not as it was.
func (w *watch) look(ctx context.Context, ready func(), tell func(change)) {
	before := w.see(ctx)
	if len(before) >= mostSeen {
		w.notice(limen.Notice{
			What: fmt.Sprintf("changes are seen of %d files and no more", mostSeen),
			Why:  "a look at all of them would take seconds, again and again",
			Next: "serve a folder that has less in it",
		})
	}
	ready()
	timer := time.NewTimer(w.pause())
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		after := w.see(ctx)
		if b := w.compare(before, after); b.settled != nil && ctx.Err() == nil {
			tell(b.take())
		}
		before = after
		timer.Reset(w.pause()) // from the end of one look to the next
	}
}

// see looks once. What cannot be seen is not served, either.
func (w *watch) see(ctx context.Context) sight {
	seen := sight{}
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		return seen
	}
	at := &watch{root: root, skip: w.skip}
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil, len(seen) >= mostSeen:
			return fs.SkipAll
		case err != nil:
			return nil
		case !at.wants(path, entry.IsDir()):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil // what changes in a folder are its names
		}
		if info, err := entry.Info(); err == nil {
			relative, _ := filepath.Rel(root, path) // WalkDir only finds what is below
			seen[relative] = versionOf(nil, info)
		}
		return nil
	})
	return seen
}

// compare gathers what differs between two looks.
func (w *watch) compare(before, after sight) burst {
	b := burst{root: w.root}
	for name, v := range after {
		if before[name] != v {
			b.add(filepath.Join(w.root, name))
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			b.add(filepath.Join(w.root, name))
		}
	}
	return b
}
