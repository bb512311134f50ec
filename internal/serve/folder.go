package serve

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A folder is a place in the file system whose files are served. Whoever
// builds a site may delete the folder and make it anew, or move a new one into
// its place; what is served is what stands there now, and not what some
// descriptor still holds.
type folder struct {
	path string // absolute
	now  func() time.Time

	held    atomic.Pointer[held]
	opening sync.Mutex  // held while another one is opened in its place
	missed  atomic.Bool // somebody was told that nothing stands there
}

// A held is a folder that is open. Everything is opened through its root, so
// that nothing outside of it can be.
type held struct {
	root    *os.Root
	info    os.FileInfo
	checked atomic.Int64 // when it was last seen to be the one at its path, in Unix nanoseconds
}

// believed is how long a folder is taken for the one at its path without a
// look. A page asks for dozens of files in that time.
const believed = 20 * time.Millisecond

// openFolder opens what stands at an absolute path.
func openFolder(path string, now func() time.Time) (*folder, error) {
	h, err := hold(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, now: now}
	h.checked.Store(now().UnixNano())
	f.held.Store(h)
	return f, nil
}

func hold(path string) (*held, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &held{root: root, info: info}, nil
}

// Close lets go of the folder.
func (f *folder) Close() error { return f.held.Load().root.Close() }

// current is the folder as it stands at its path now. Where nothing stands
// there, it is what did last, and has no names any more.
func (f *folder) current() *os.Root {
	h := f.held.Load()
	now := f.now().UnixNano()
	if age := now - h.checked.Load(); 0 <= age && age < int64(believed) {
		return h.root
	}
	if info, err := os.Stat(f.path); err != nil || os.SameFile(info, h.info) {
		h.checked.Store(now)
		return h.root
	}
	return f.replace(h)
}

// replace opens what stands at the path in the place of what stood there.
func (f *folder) replace(old *held) *os.Root {
	f.opening.Lock()
	defer f.opening.Unlock()
	if h := f.held.Load(); h != old {
		return h.root // another request was faster
	}
	h, err := hold(f.path)
	if err != nil {
		return old.root
	}
	h.checked.Store(f.now().UnixNano())
	f.held.Store(h)
	f.missed.Store(false)
	old.root.Close() // nothing is lost: it was only read from, and who still opens something in it tries again
	return h.root
}

// isGone reports whether nothing stands at the folder's path any more.
func (f *folder) isGone() bool {
	_, err := os.Stat(f.path)
	return errors.Is(err, fs.ErrNotExist)
}

// errNoFile means that a name stands for something that is no file and no
// folder: opening a pipe or a device waits, or does something.
var errNoFile = errors.New("it is no file and no folder")

// open opens a file or a folder. Any other thing is not even opened, so that
// whoever waits at the other end of a pipe goes on waiting.
func (f *folder) open(name string) (*os.File, os.FileInfo, error) {
	root := f.current()
	file, info, err := openIn(root, name)
	if errors.Is(err, os.ErrClosed) { // it was replaced in between
		file, info, err = openIn(f.current(), name)
	}
	return file, info, err
}

func openIn(root *os.Root, name string) (*os.File, os.FileInfo, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !isFileOrFolder(info) {
		return nil, nil, errNoFile
	}
	// Without O_NONBLOCK, opening a pipe that took the file's place since
	// would wait for somebody who writes into it.
	file, err := root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	if info, err = file.Stat(); err == nil && !isFileOrFolder(info) {
		err = errNoFile
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// stat says what a name stands for, without opening it.
func (f *folder) stat(name string) (os.FileInfo, error) {
	info, err := f.current().Stat(name)
	if errors.Is(err, os.ErrClosed) {
		info, err = f.current().Stat(name)
	}
	return info, err
}

func isFileOrFolder(info os.FileInfo) bool { return info.Mode().IsRegular() || info.IsDir() }
