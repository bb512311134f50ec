package wait

import (
	"io"
	"slices"
	"strings"
)

// What is told of a file that a process wrote to.
const (
	mostLines = 5
	mostTail  = 4 << 10 // bytes that are read
	mostLine  = 300     // bytes of one line
)

// lastLines returns the last lines of a file; nothing if there are none.
func lastLines(f io.ReadSeeker) []string {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil
	}
	begin := max(0, end-mostTail)
	if _, err := f.Seek(begin, io.SeekStart); err != nil {
		return nil
	}
	tail, err := io.ReadAll(io.LimitReader(f, mostTail))
	if err != nil {
		return nil
	}
	text := string(tail)
	if begin > 0 { // the first line is cut, unless nothing else is there
		if _, rest, ok := strings.Cut(text, "\n"); ok {
			text = rest
		}
	}
	var lines []string
	for line := range strings.SplitSeq(strings.ToValidUTF8(text, "\uFFFD"), "\n") {
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			lines = append(lines, strings.ToValidUTF8(line[:min(len(line), mostLine)], ""))
		}
	}
	return slices.Clone(lines[max(0, len(lines)-mostLines):])
}
