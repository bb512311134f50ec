package registry

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A Shelf is where the official list is kept once it was fetched, as an
// archive with its CRC-32 behind it. The sum finds damage; it is no proof of
// where the file is from, and nothing in it is believed to be harmless.
type Shelf struct {
	File string // empty where there is no place for it, and then nothing is kept
}

// What is kept may be at most. IANA's list takes 0.4 MB.
const maxKept = 8 << 20

// oldAfter is how much earlier than the copy inside limen was made the newest
// entry of a list may be. IANA adds one every few days.
const oldAfter = 60 * 24 * time.Hour

// Open returns a registry that uses the list that is kept, if there is one and
// it is whole. It reads the file once, and expands nothing.
func (s Shelf) Open() (Registry, []limen.Gap) {
	k, err := s.open()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Registry{}, nil
	case err == nil:
		err = k.tooOld()
	}
	if err != nil {
		return Registry{}, []limen.Gap{{
			What: "the list of port numbers that limen ports update has fetched",
			Why:  fmt.Sprintf("%v; the copy inside limen is used", err),
			Next: "limen ports update",
		}}
	}
	return Registry{kept: k}, nil
}

// open reads the file, whatever its age.
func (s Shelf) open() (*kept, error) {
	if s.File == "" {
		return nil, fs.ErrNotExist
	}
	data, err := readKept(s.File)
	if err != nil {
		return nil, err
	}
	a, err := parseKept(data)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or not limen's: %w", s.File, err)
	}
	return &kept{a}, nil
}

// readKept reads a file that anybody may have put there.
func readKept(name string) (string, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if about, err := f.Stat(); err != nil || !about.Mode().IsRegular() {
		return "", errors.Join(err, fmt.Errorf("%s is not a regular file", name))
	}
	var text strings.Builder
	n, err := io.Copy(&text, io.LimitReader(f, maxKept+1))
	if err == nil && n > maxKept {
		err = fmt.Errorf("%s has more than %d bytes", name, maxKept)
	}
	return text.String(), err
}

// parseKept reads an archive with its sum.
func parseKept(s string) (archive, error) {
	body := s[:max(0, len(s)-crc32.Size)]
	if sum := s[len(body):]; len(sum) < crc32.Size || binary.BigEndian.Uint32([]byte(sum)) != crc32.ChecksumIEEE([]byte(body)) {
		return archive{}, errors.New("its sum is not that of its bytes")
	}
	return parseArchive(body)
}

// put writes the file, or leaves the one before as it is.
func (s Shelf) put(archive []byte) (err error) {
	dir := filepath.Dir(s.File)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(s.File)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(binary.BigEndian.AppendUint32(archive, crc32.ChecksumIEEE(archive))); err != nil {
		return err
	}
	// On the disk before it gets its name, or a crash could leave the name
	// with nothing behind it.
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), s.File)
}

// kept is a list that was fetched, as it lies on the shelf.
type kept struct{ archive archive }

func (k *kept) source() string { return k.archive.head["source"] }

func (k *kept) date() string { return k.archive.head["date"] }

// tooOld says that limen itself has been updated since, and knows more. What
// was kept beside the same copy inside was held against it then.
func (k *kept) tooOld() error {
	inside := openInside()
	if k.archive.head["instead"] == inside.source() || !isOutdated(k.date(), inside.date()) {
		return nil
	}
	return fmt.Errorf("its newest entry is of %q, and the copy inside limen was made on %s", k.date(), inside.date())
}

// isOutdated reports whether a list, by the date of its newest entry, is older
// than a copy, by the date it was made. A list without a date is.
func isOutdated(newest, made string) bool {
	n, err := time.Parse(time.DateOnly, newest)
	m, err2 := time.Parse(time.DateOnly, made)
	return err != nil || err2 == nil && m.Sub(n) > oldAfter
}

// at returns the entries that cover a port.
func (k *kept) at(port uint16) ([]limen.Registration, error) { return k.archive.at(port) }

// all yields every entry with the first port it covers, and those of one port
// in the order of at.
func (k *kept) all() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for i := range k.archive.blocks {
			entries, err := k.archive.read(i, everyPort)
			if err != nil {
				yield(entry{}, err)
				return
			}
			for _, e := range entries {
				isRepeated := e.entry.Ports.From != 0 && e.entry.Ports.From != e.port
				if !isRepeated && !yield(e, nil) {
					return
				}
			}
		}
	}
}
