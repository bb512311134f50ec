package project

import (
	"errors"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFile is the most that is read of a file. What people write by hand is a
// hundredth of it; a manifest that is larger is ignored.
const maxFile = 1 << 20

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("larger than 1 MiB")
)

// readFile reads a small regular file. Its path lies in a directory that may
// belong to someone who means harm, so it neither waits for the writer of a
// FIFO nor wakes a device, and follows no link: limen may be root, and the
// link may lead to a file that only root can read.
func readFile(path string) ([]byte, error) {
	// Opening a FIFO or a device is already felt at its other end, so look
	// first; look again at what was opened, which may have changed.
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	if info.Size() > maxFile {
		return nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1)) // it may still grow
	if err == nil && len(data) > maxFile {
		return nil, errTooLarge
	}
	return data, err
}

// maxName is the most bytes of a name that are kept.
const maxName = 128

// oneLine makes a name of foreign text: its first line, valid UTF-8, and not
// long. Other characters stay; making them harmless is for whoever shows them.
// It shares no memory with s, which may be all of a file.
func oneLine(s string) string {
	s = strings.TrimSpace(s[:min(len(s), 4*maxName)]) // no more than this can count
	if end := strings.IndexFunc(s, breaksLine); end >= 0 {
		s = s[:end]
	}
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	if len(s) > maxName {
		s = s[:maxName]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1] // at most three times: a rune was cut
		}
	}
	return strings.Clone(strings.TrimRightFunc(s, unicode.IsSpace))
}

// breaksLine reports whether r ends a line (Unicode Standard, section 5.8).
func breaksLine(r rune) bool {
	switch r {
	case '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}
