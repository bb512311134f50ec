package registry

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// An archive is a registry in compact form, as generate.go and pack write it:
//
//	head      text; its first line is archiveMagic, the lines after it are
//	          "name: value" up to an empty one, "source: …" among them, which
//	          says where the data is from; the rest is a notice; ends with a NUL
//	count     uvarint: how many blocks follow
//	index     for each block two uvarints: its first port, counted from the
//	          block before, and its length in bytes
//	blocks    each compressed with DEFLATE (RFC 1951) on its own, so that a
//	          look-up reads one
//
// A block is lines of fields with tabs between them: the port, counted from
// the line before or from the block's first; letters for transports; the
// service's name; the description. A line of an official list has six more:
// the ports it covers, if they are several; assignee, contact, two dates
// and the reference. All entries of a port are in one block, and an entry of
// several ports has a line at each, so that a look-up finds it in that block.
type archive struct {
	head   map[string]string
	blocks []archiveBlock
}

type archiveBlock struct {
	first uint16
	data  string // compressed
}

// An entry is a registration with the first port it covers.
type entry struct {
	port  uint16
	entry limen.Registration
}

const (
	archiveMagic = "limen-iana 1"
	maxBlock     = 64 << 10 // bytes of an expanded block; real ones have 5 KiB, of an official list 20
	maxHead      = 16       // lines of a head that are read
)

// parseArchive reads an archive's head and index. It expands no block.
func parseArchive(s string) (archive, error) {
	head, rest, ok := strings.Cut(s, "\x00")
	magic, notice, _ := strings.Cut(head, "\n")
	if !ok || magic != archiveMagic {
		return archive{}, fmt.Errorf("it does not begin with %q", archiveMagic)
	}
	a := archive{head: parseHead(notice)}
	count, rest, err := cutUvarint(rest, 1<<16)
	if err != nil {
		return archive{}, err
	}
	if count > len(rest)/2 { // an index entry has two bytes or more
		return archive{}, fmt.Errorf("it names %d blocks and has no room for them", count)
	}
	a.blocks = make([]archiveBlock, count)
	sizes := make([]int, count)
	first := 0
	for i := range a.blocks {
		var step int
		if step, rest, err = cutUvarint(rest, 1<<16-1-first); err != nil {
			return archive{}, err
		}
		if sizes[i], rest, err = cutUvarint(rest, len(s)); err != nil {
			return archive{}, err
		}
		first += step
		a.blocks[i].first = uint16(first)
	}
	for i, size := range sizes {
		if size > len(rest) {
			return archive{}, fmt.Errorf("block %d is cut off", i)
		}
		a.blocks[i].data, rest = rest[:size], rest[size:]
	}
	return a, nil
}

// parseHead reads the lines up to an empty one.
func parseHead(text string) map[string]string {
	head := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !ok || len(head) == maxHead {
			break
		}
		head[name] = value
	}
	return head
}

// cutUvarint splits off a number that may be at most limit.
func cutUvarint(s string, limit int) (n int, rest string, err error) {
	b := []byte(s[:min(len(s), binary.MaxVarintLen64)])
	v, size := binary.Uvarint(b)
	if size <= 0 || v > uint64(limit) {
		return 0, "", errors.New("the index is cut off or out of range")
	}
	return int(v), s[size:], nil
}

// at returns the entries of one port.
func (a archive) at(port uint16) ([]limen.Registration, error) {
	i, found := slices.BinarySearchFunc(a.blocks, port, func(b archiveBlock, port uint16) int {
		return int(b.first) - int(port)
	})
	if !found {
		i-- // the last block that begins before the port
	}
	if i < 0 {
		return nil, nil
	}
	entries, err := a.read(i, func(p uint16) bool { return p == port })
	if err != nil {
		return nil, err
	}
	var at []limen.Registration
	for _, e := range entries {
		at = append(at, e.entry)
	}
	return at, nil
}

// read expands a block and returns its entries whose port is wanted.
func (a archive) read(i int, wanted func(port uint16) bool) ([]entry, error) {
	text, err := a.blocks[i].expand()
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", i, err)
	}
	var entries []entry
	port := int(a.blocks[i].first)
	for line := range strings.Lines(text) {
		step, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.ParseUint(step, 10, 16)
		if port += int(n); err != nil || port > 1<<16-1 {
			return nil, fmt.Errorf("block %d: line %q: %q does not lead to a port", i, line, step)
		}
		if !wanted(uint16(port)) {
			continue
		}
		e, err := parseArchiveEntry(uint16(port), rest)
		if err != nil {
			return nil, fmt.Errorf("block %d: line %q: %w", i, line, err)
		}
		entries = append(entries, entry{uint16(port), e})
	}
	return entries, nil
}

// everyPort wants all of a block.
func everyPort(uint16) bool { return true }

// expand undoes the compression.
func (b archiveBlock) expand() (string, error) {
	var text bytes.Buffer
	text.Grow(min(4*len(b.data), maxBlock)) // they shrink to a third
	n, err := text.ReadFrom(io.LimitReader(flate.NewReader(strings.NewReader(b.data)), maxBlock+1))
	if err == nil && n > maxBlock {
		err = fmt.Errorf("it expands to more than %d bytes", maxBlock)
	}
	return text.String(), err
}

// What follows the port on a line: of a short list, and of an official one.
const (
	fewFields = 3
	allFields = 9
)

// parseArchiveEntry reads what follows the port.
func parseArchiveEntry(port uint16, s string) (e limen.Registration, err error) {
	f := strings.Split(s, "\t")
	if len(f) != fewFields && len(f) != allFields {
		return e, fmt.Errorf("%d fields follow the port, not %d or %d", len(f), fewFields, allFields)
	}
	e = limen.Registration{Name: f[1], Description: f[2]}
	if e.Transports, err = parseTransports(f[0]); err != nil || len(f) == fewFields {
		return e, err
	}
	if f[3] != "" {
		if e.Ports, err = limen.ParsePortRange(f[3]); err != nil {
			return e, err
		}
		if !e.Ports.Contains(port) {
			return e, fmt.Errorf("%v does not cover port %d, where it stands", e.Ports, port)
		}
	}
	e.Assignee, e.Contact, e.Registered, e.Modified, e.Reference = f[4], f[5], f[6], f[7], f[8]
	return e, nil
}

// parseTransports reads letters for transports.
func parseTransports(letters string) ([]string, error) {
	var names []string
	for _, letter := range letters {
		i := strings.IndexRune("tusd", letter)
		if i < 0 || len(names) == len(transports) {
			return nil, fmt.Errorf("%q are not transports", letters)
		}
		names = append(names, transports[i])
	}
	return names, nil
}

// transports are what IANA registers ports for. Their first letters stand for
// them here.
var transports = [...]string{"tcp", "udp", "sctp", "dccp"}
