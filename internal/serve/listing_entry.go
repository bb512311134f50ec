package serve

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// An entry is one thing in a folder, as a listing shows it. Large folders have
// many, so it is small.
type entry struct {
	name  string // below the listed folder: with slashes where a search found it
	size  int64
	time  int64 // when it was last modified, in microseconds of Unix
	kind  kind
	known bool // whether kind, size and time are what the disk says by now
}

// modified is when an entry was last modified.
func (e entry) modified() time.Time { return time.UnixMicro(e.time) }

// A kind is what an entry is to somebody who asks for it.
type kind uint8

const (
	aFile   kind = iota
	aFolder      // has entries of its own
	aLink        // leads out of the root or nowhere, and is not served; where to is nobody's business
	aThing       // a pipe, a socket, a device: not served
)

// kinds are the words for them.
var kinds = [...]string{"file", "folder", "link", "other"}

func (k kind) String() string { return kinds[k] }

func (k kind) isFolder() bool { return k == aFolder }

// isServed reports whether there is an answer to whoever asks for it.
func (k kind) isServed() bool { return k == aFile || k == aFolder }

// href is where an entry's link leads; empty for what is not served.
func (e entry) href() string {
	switch {
	case !e.kind.isServed():
		return ""
	case e.kind.isFolder():
		return hrefOf(e.name + "/")
	}
	return hrefOf(e.name)
}

// kindOf says what a mode is; links are seen through by whoever can.
func kindOf(mode fs.FileMode) kind {
	switch {
	case mode.IsRegular():
		return aFile
	case mode.IsDir():
		return aFolder
	case mode&fs.ModeSymlink != 0:
		return aLink
	}
	return aThing
}

// isShown reports whether a listing has a row for a name: whatever is not
// served is counted instead. A backslash is refused in every address, because
// Windows takes it for a slash.
func isShown(name string) bool { return isServable(name) && !strings.Contains(name, `\`) }

// A leftOut counts what is not shown, so that nothing is left out silently.
type leftOut struct {
	Hidden  int `json:"hidden,omitempty"`  // dotfiles
	Refused int `json:"refused,omitempty"` // names that are not served on any system
	Links   int `json:"links,omitempty"`   // lead out of the folder, or to a folder that is elsewhere in it
	Others  int `json:"others,omitempty"`  // pipes, sockets, devices
	Unread  int `json:"unread,omitempty"`  // limen has no right to read them
	Deep    int `json:"deep,omitempty"`    // folders too far down to look into
}

// count counts a name that has no row.
func (l *leftOut) count(name string) {
	if isHidden(name) {
		l.Hidden++
	} else {
		l.Refused++
	}
}

// String says what was left out; nothing if nothing was.
func (l leftOut) String() string {
	var said []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{l.Hidden, "hidden", "hidden"},
		{l.Refused, "name that is not served", "names that are not served"},
		{l.Links, "link that leads elsewhere", "links that lead elsewhere"},
		{l.Others, "pipe, socket or device", "pipes, sockets or devices"},
		{l.Unread, "that limen may not read", "that limen may not read"},
		{l.Deep, "folder too far down", "folders too far down"},
	} {
		switch c.n {
		case 0:
		case 1:
			said = append(said, "1 "+c.one)
		default:
			said = append(said, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	return strings.Join(said, ", ")
}

// A looker fills in what the disk says of entries. It looks through the folder
// itself, so that a deep one costs no more than the root.
type looker struct {
	root *os.Root // what is served, for links
	here *os.Root // the listed folder
	name string   // of that folder, in the root
}

// openLooker opens a folder to look at its entries.
func openLooker(root *os.Root, name string) (*looker, error) {
	here, err := root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &looker{root, here, name}, nil
}

func (l *looker) Close() error { return l.here.Close() }

// look fills in an entry.
func (l *looker) look(e *entry) error {
	if e.known {
		return nil
	}
	info, err := l.here.Lstat(e.name)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		// A link may lead elsewhere in what is served, which here cannot see.
		if to, err := l.root.Stat(path.Join(l.name, e.name)); err == nil {
			info = to
		}
	}
	e.fill(info)
	return nil
}

// fill takes what the disk says of an entry.
func (e *entry) fill(info fs.FileInfo) {
	e.kind, e.time, e.known = kindOf(info.Mode()), info.ModTime().UnixMicro(), true
	if e.kind == aFile { // what a folder takes on the disk says nothing about what is in it
		e.size = info.Size()
	}
}
