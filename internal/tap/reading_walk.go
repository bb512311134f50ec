package tap

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"

	"github.com/limenhq/limen"
)

// passesMost is how often a reading looks for what has come while it read.
const passesMost = 16

// A place is how far a ring was read: to the end of a block.
type place struct {
	serial uint64
	end    int64
}

// read reads the ring. Whoever writes may overtake it, and use files again that it was
// about to read; then it goes on with what came instead.
func (r *reading) read() error {
	r.people, r.known, r.stories = map[netip.AddrPort][]sighting{}, map[string]*limen.Process{}, map[uint64]*telling{}
	var met, told place
	for range passesMost {
		r.isOvertaken = false
		segments, err := segmentsOf(r.root)
		if err != nil {
			return err
		}
		if met, err = r.eachBlock(segments, met, r.meet); err != nil {
			return err
		}
		if told, err = r.eachBlock(segments, told, r.tell); err != nil {
			return err
		}
		if !r.isOvertaken {
			break
		}
	}
	r.finish()
	if r.isOvertaken {
		r.gap(limen.Gap{What: "the last requests", Why: "so much goes by that they were gone before they were read", Next: "a larger ring keeps more: tap.size"})
	}
	if r.missed > 0 {
		r.gap(limen.Gap{What: fmt.Sprintf("%d requests", r.missed), Why: "there were too many at once to keep them all, or there was no room on the disk"})
	}
	return nil
}

// eachBlock gives the blocks of some segments that stand behind a place, and returns
// where the last one ends.
func (r *reading) eachBlock(segments []segment, from place, give func(block)) (place, error) {
	for i, s := range segments {
		switch {
		case s.serial < from.serial:
			continue
		case s.serial > from.serial:
			if i == 0 && from.serial > 0 {
				r.lose()
			}
			from = place{serial: s.serial}
		}
		var err error
		from.end, err = readSegment(r.root, from, func(b block) error {
			if !r.hasSeen {
				r.hasSeen, r.before = true, b.missed
			}
			r.run, r.missed = b.run, b.missed-r.before
			give(b)
			return r.ctx.Err()
		})
		switch {
		case err == nil:
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errAgain):
			r.isOvertaken = true
			r.lose()
		case errors.Is(err, errBlock) && i == len(segments)-1 && r.isWritten(): // this moment
		case errors.Is(err, errBlock), errors.Is(err, errSegment):
			r.gap(limen.Gap{What: "a part of the requests that were kept", Why: fmt.Sprintf("%s cannot be read: %v", filepath.Join(r.root.Name(), segmentName(s.serial)), err)})
		default:
			return from, err
		}
	}
	return from, nil
}

// lose forgets requests whose end may have been in what has made room for others: their
// beginning, which is older, has done so, too.
func (r *reading) lose() { clear(r.stories) }
