package tap

import (
	"errors"
	"io/fs"
	"os"
)

// write writes a batch.
func (r *ring) write(b *batch, missed int64) error {
	if !r.isSure && r.isDeleted() {
		if err := r.turn(); err != nil {
			return err
		}
	}
	r.isSure = true
	if r.file != nil && r.filled+int64(len(b.bytes)) > r.segmentMost() {
		if err := r.turn(); err != nil {
			return err
		}
	}
	if r.file == nil {
		if err := r.begin(); err != nil {
			return err
		}
	}
	r.highest = max(r.highest, b.highest)
	whole := finishBlock(b.bytes, block{serial: r.serial, highest: r.highest, missed: missed, run: r.run})
	if _, err := r.file.WriteAt(whole, r.filled); err != nil {
		return err // the next one stands in the place of what there is of this
	}
	r.filled += int64(len(b.bytes))
	return nil
}

// isDeleted reports whether somebody has deleted the file that is written to: nobody
// would ever read it.
func (r *ring) isDeleted() bool {
	if r.file == nil {
		return false
	}
	_, err := r.root.Lstat(segmentName(r.serial))
	return errors.Is(err, fs.ErrNotExist)
}

// segmentMost is how long a segment may be, but for its end.
func (r *ring) segmentMost() int64 { return r.size/segmentParts - int64(len(blockEnd)) }

// turn ends a segment.
func (r *ring) turn() error {
	r.segments = append(r.segments, segment{r.serial, max(r.length, r.filled+int64(len(blockEnd)))})
	f := r.file
	r.file = nil
	return f.Close()
}

// begin begins a segment: in the file of the oldest one, if its room is needed, for to
// write over what is in the system's memory costs an eighth of writing there anew.
func (r *ring) begin() error {
	old, err := r.prune()
	if err != nil {
		return err
	}
	serial := r.serial + 1
	name := segmentName(serial)
	how := os.O_CREATE | os.O_EXCL
	if old != nil {
		err := r.root.Rename(segmentName(old.serial), name)
		switch {
		case err == nil:
			how = 0
		case errors.Is(err, fs.ErrNotExist): // somebody has deleted it
			old = nil
		default:
			return err
		}
		r.segments = r.segments[1:]
	}
	r.serial = serial // of two that began alike, one would hide the other
	f, err := r.root.OpenFile(name, os.O_WRONLY|nonblock|how, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(appendSegmentHead(nil, serial), 0); err != nil {
		return errors.Join(err, f.Close(), r.root.Remove(name))
	}
	r.file, r.filled, r.length = f, int64(segmentHead), 0
	if old != nil {
		r.length = old.size
	}
	return nil
}

// prune deletes the oldest segments until there is room for one more, and returns one
// that is to make room in another way: by being written over.
func (r *ring) prune() (old *segment, err error) {
	total := int64(0)
	for _, s := range r.segments {
		total += s.size
	}
	most := r.size / segmentParts
	for len(r.segments) > 0 && (total+most > r.size || len(r.segments) >= segmentsMost) {
		first := r.segments[0]
		total -= first.size
		if total+most <= r.size && first.size > most/2 && first.size <= most {
			return &first, nil
		}
		if err := r.root.Remove(segmentName(first.serial)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		r.segments = r.segments[1:]
	}
	return nil, nil
}
