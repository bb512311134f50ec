package registry

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// linesPerBlock trades the size of an archive for the time of a look-up.
const linesPerBlock = 128

// pack writes an official list as an archive, with what its head shall say.
func (l *List) pack(head map[string]string) ([]byte, error) {
	var index, body []byte
	count, before := 0, uint16(0)
	for lines := range blocks(l.lines()) {
		data, err := compress(lines)
		if err != nil {
			return nil, err
		}
		first := lines[0].port
		index = binary.AppendUvarint(index, uint64(first-before))
		index = binary.AppendUvarint(index, uint64(len(data)))
		body = append(body, data...)
		count, before = count+1, first
	}
	var b bytes.Buffer
	b.WriteString(archiveMagic + "\n")
	for _, name := range slices.Sorted(maps.Keys(head)) {
		fmt.Fprintf(&b, "%s: %s\n", name, oneLine(head[name]))
	}
	b.WriteByte(0)
	b.Write(binary.AppendUvarint(nil, uint64(count)))
	b.Write(index)
	b.Write(body)
	return b.Bytes(), nil
}

// lines are the entries as an archive has them: in order, those of one port
// before those of several, which stand at each of their ports.
func (l *List) lines() []entry {
	lines := slices.Clone(l.singles)
	for _, e := range l.ranges {
		for port := int(e.entry.Ports.From); port <= int(e.entry.Ports.To); port++ {
			lines = append(lines, entry{uint16(port), e.entry})
		}
	}
	slices.SortStableFunc(lines, func(a, b entry) int { return cmp.Compare(a.port, b.port) })
	return lines
}

// blocks cuts lines into blocks, and leaves those of a port together.
func blocks(lines []entry) func(yield func([]entry) bool) {
	return func(yield func([]entry) bool) {
		for len(lines) > 0 {
			n := min(linesPerBlock, len(lines))
			for n < len(lines) && lines[n].port == lines[n-1].port {
				n++
			}
			if !yield(lines[:n]) {
				return
			}
			lines = lines[n:]
		}
	}
}

// compress writes one block.
func compress(lines []entry) ([]byte, error) {
	var text strings.Builder
	before := lines[0].port
	for _, e := range lines {
		fmt.Fprintf(&text, "%d\t%s\n", e.port-before, archiveLine(e.entry))
		before = e.port
	}
	if text.Len() > maxBlock {
		return nil, fmt.Errorf("the entries from port %d on are too long to be IANA's: %d bytes", lines[0].port, text.Len())
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(text.String())); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// archiveLine is what follows the port. No field has a tab or a line's end in
// it: ReadCSV made one line of each.
func archiveLine(e limen.Registration) string {
	var letters strings.Builder
	for _, t := range e.Transports {
		letters.WriteByte(t[0])
	}
	several := ""
	if e.Ports != (limen.PortRange{}) {
		several = e.Ports.String()
	}
	return strings.Join([]string{
		letters.String(), e.Name, e.Description,
		several, e.Assignee, e.Contact, e.Registered, e.Modified, e.Reference,
	}, "\t")
}
