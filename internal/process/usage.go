package process

import (
	"os"
	"time"

	"github.com/limenhq/limen"
)

// Usage returns what a run has used from its start to now. A Birth of 0 means
// whichever run has the number. It returns ErrGone if the run has ended.
func (r *Reader) Usage(id limen.ProcessID, now time.Time) (limen.Usage, error) {
	return native.usage(r, id, now)
}

func (r *Reader) usageProcfs(id limen.ProcessID, now time.Time) (limen.Usage, error) {
	var buf scratch
	// One read of one file speaks of one run only: there is nothing to check
	// at the end.
	d, s, err := r.open(id, &buf)
	if err != nil {
		return limen.Usage{}, err
	}
	d.close()
	u := limen.Usage{CPU: ticks(s.cpu), Memory: s.resident * uint64(os.Getpagesize())}
	if boot := r.theMachine().boot; !boot.IsZero() {
		if lived := now.Sub(boot.Add(ticks(s.birth))); lived > 0 {
			u.Share = float64(u.CPU) / float64(lived)
		}
	}
	return u, nil
}
