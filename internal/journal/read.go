package journal

import (
	"context"
	"slices"
	"time"

	"github.com/limenhq/limen"
)

// A Question says which lines are wanted.
type Question struct {
	Apps   []string
	Last   int       // of each app; 0 means all that is kept
	Since  time.Time // only later ones
	Follow bool      // also those to come, until the context ends
}

// glance is how often is looked for new lines: below what a person notices.
const glance = 50 * time.Millisecond

// Read gives lines in the order of their times, and goes on with new ones if
// told to. It returns what give returns. While give takes its time, lines may
// go that it was not given; the next one says how many.
func (j *Journal) Read(ctx context.Context, q Question, give func(limen.LogLine) error) error {
	buf := make([]byte, readAtOnce)
	var all []limen.LogLine
	var readers []*reader
	for _, app := range q.Apps {
		r := &reader{journal: j, app: app}
		defer r.close()
		readers = append(readers, r)
		lines, err := r.past(buf, q)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	for {
		slices.SortStableFunc(all, func(a, b limen.LogLine) int { return a.Time.Compare(b.Time) })
		for _, l := range all {
			if err := give(l); err != nil {
				return err
			}
		}
		if !q.Follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(glance):
		}
		all = all[:0]
		for _, r := range readers {
			if err := r.more(buf, func(l limen.LogLine) { all = append(all, l) }); err != nil {
				return err
			}
		}
	}
}
