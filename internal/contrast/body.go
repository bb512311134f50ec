package contrast

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// body compares two bodies: as JSON if both are, as lines of text if both are
// text, else as bytes.
func (d *differences) body(part string, before, after side) {
	kept := [2][]byte{before.kept.Body, after.kept.Body}
	if bytes.Equal(kept[0], kept[1]) {
		if before.kept.Size != after.kept.Size {
			d.add(part, fmt.Sprintf("%d bytes", before.kept.Size), fmt.Sprintf("%d bytes", after.kept.Size))
		}
		return
	}
	shown := [2][]byte{before.shown.Body, after.shown.Body}
	found := len(d.list) + d.untold
	if !d.json(part, shown[0], shown[1]) {
		if !isText(shown[0]) || !isText(shown[1]) {
			d.bytes(part, before.kept.Size, after.kept.Size, kept)
			return
		}
		d.lines(part, string(shown[0]), string(shown[1]))
	}
	if found == len(d.list)+d.untold && bytes.Equal(shown[0], shown[1]) {
		d.add(part, oneSecret, anotherSecret)
	}
	// Else it is the same JSON, written in another way.
}

// isText reports whether people can read it.
func isText(body []byte) bool { return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 }

// bytes says where two bodies begin to differ.
func (d *differences) bytes(part string, before, after int64, kept [2][]byte) {
	at := 0
	for at < len(kept[0]) && at < len(kept[1]) && kept[0][at] == kept[1][at] {
		at++
	}
	say := func(size int64, b []byte) string {
		if at >= len(b) {
			return fmt.Sprintf("%d bytes, the same up to its end", size)
		}
		return fmt.Sprintf("%d bytes, %#02x at byte %d", size, b[at], at)
	}
	d.add(part, say(before, kept[0]), say(after, kept[1]))
}
