package serve

import (
	"os"
	"strconv"
	"time"
)

// A version says which bytes a file has now: a tag that changes whenever they
// may have, and when that was last.
type version struct {
	tag      string // a strong entity tag, with its quotes (RFC 9110, 8.8.3)
	modified time.Time
}

// versionOf makes the tag of a file from all that a system says of it for
// free. Size and time alone are the same after a save within a second that
// keeps the size; the time of the content alone after a rename that keeps it;
// so the file's number and the time of its last change of any kind go in, too.
func versionOf(file *os.File, info os.FileInfo) version {
	number, changed := identity(file, info)
	b := make([]byte, 0, 64)
	b = append(b, '"')
	b = strconv.AppendUint(b, number, 36)
	b = append(b, '-')
	b = strconv.AppendInt(b, info.Size(), 36)
	b = append(b, '-')
	b = strconv.AppendInt(b, info.ModTime().UnixNano(), 36)
	b = append(b, '-')
	b = strconv.AppendInt(b, changed, 36)
	b = append(b, '"')
	return version{string(b), info.ModTime()}
}

// isSame reports whether a file was left alone between two looks.
func isSame(file *os.File, before, after os.FileInfo) bool {
	return versionOf(file, before) == versionOf(file, after)
}

// as is the tag of the same bytes in another shape: compressed, or with a
// script in them.
func (v version) as(shape string) version {
	return version{v.tag[:len(v.tag)-1] + "-" + shape + `"`, v.modified}
}
