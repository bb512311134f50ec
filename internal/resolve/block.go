package resolve

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// An Entry is one line of a block: a name and its address.
type Entry struct {
	Address netip.Addr
	Name    string
}

// The lines around what limen has written into a file of hosts. The second
// beginning says that the line before it had no end, so that taking the block
// out gives back the file as it was.
const (
	begin     = "# limen begin"
	beginBare = "# limen begin, after a line without an end"
	end       = "# limen end"
)

// errBroken means that somebody has changed the lines around the block.
var errBroken = errors.New(`the line "` + begin + `" or "` + end + `" is missing or stands there twice`)

// A block is where limen's lines stand in a file.
type block struct {
	from, to    int // including what was added to end the line before it
	first, last int // without the lines around it
}

// findBlock finds the block. It says false if there is none.
func findBlock(file []byte) (b block, ok bool, err error) {
	inside, offset := -1, 0
	for line := range bytes.Lines(file) {
		next := offset + len(line)
		switch string(trimEnd(line)) {
		case begin, beginBare:
			if inside >= 0 || ok {
				return block{}, false, errBroken
			}
			b.from, inside = offset, next
			if bytes.HasPrefix(line, []byte(beginBare)) {
				b.from -= len(line) - len(trimEnd(line)) // the end that was added is like that of its own line
			}
		case end:
			if inside < 0 {
				return block{}, false, errBroken
			}
			b.to, b.first, b.last, ok, inside = next, inside, offset, true, -1
		}
		offset = next
	}
	if inside >= 0 {
		return block{}, false, errBroken
	}
	return b, ok, nil
}

// trimEnd is a line without what ends it.
func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// withBlock is the file with these entries in the block, or without a block if
// there are none. Every other line stays as it is, to the byte.
func withBlock(file []byte, entries []Entry) ([]byte, error) {
	b, isThere, err := findBlock(file)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		if !isThere {
			return file, nil
		}
		return slices.Concat(file[:b.from], file[b.to:]), nil
	}
	eol := "\n"
	if bytes.Contains(file, []byte("\r\n")) {
		eol = "\r\n"
	}
	var text strings.Builder
	for _, e := range entries {
		text.WriteString(e.Address.String() + "\t" + e.Name + eol)
	}
	if isThere {
		return slices.Concat(file[:b.first], []byte(text.String()), file[b.last:]), nil
	}
	first := begin + eol
	if len(file) > 0 && !bytes.HasSuffix(file, []byte("\n")) {
		first = eol + beginBare + eol
	}
	return slices.Concat(file, []byte(first+text.String()+end+eol)), nil
}

// entriesOf are those in the block of a file.
func entriesOf(file []byte) (all []Entry, err error) {
	b, _, err := findBlock(file)
	if err != nil {
		return nil, err
	}
	for _, l := range parseHosts(string(file[b.first:b.last])) {
		for _, n := range l.names {
			all = append(all, Entry{l.address, n})
		}
	}
	return all, nil
}
