package journal

import (
	"slices"

	"github.com/limenhq/limen"
)

// A tail is the last of many lines.
type tail struct {
	lines   []limen.LogLine
	size    int // of them, in bytes
	dropped int // so many lines before them went
}

// weigh is what a line takes in memory: its text, and what stands beside it.
func weigh(l limen.LogLine) int { return len(l.Text) + 96 }

// add takes lines in. When all together have more than so many bytes, the older
// half of them goes: line by line, the rest would be moved each time.
func (t *tail) add(lines []limen.LogLine, most int) {
	for _, l := range lines {
		t.lines = append(t.lines, l)
		t.size += weigh(l)
		if t.size > most {
			t.shrink(most / 2)
		}
	}
}

// shrink lets the oldest lines go, until the rest has no more than so many
// bytes. The last line stays.
func (t *tail) shrink(most int) {
	n := 0
	for ; t.size > most && n < len(t.lines)-1; n++ {
		t.size -= weigh(t.lines[n])
		t.dropped += 1 + t.lines[n].Lost
	}
	t.lines = slices.Delete(t.lines, 0, n)
}
