package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// ownDrop is what drop links begin with.
const ownDrop = ownPath + "drop/"

// A Drop is a link by which somebody may put a file into a folder. It is off
// unless it is asked for, good for so many files and so long, and shows nothing
// of what is in the folder.
type Drop struct {
	Folder string        // where files go; there must be one
	Files  int           // how many may come; 0 means one
	Most   int64         // bytes in one file; 0 means 16 GiB
	Last   time.Duration // from the start; 0 means an hour
	Token  string        // empty means a new one
}

const (
	defaultMost = 16 << 30
	defaultLast = time.Hour
)

// A box is a drop link that is open.
type box struct {
	root  *os.Root
	token string
	isOwn bool // the token was made here, so nobody can come back to it later
	most  int64
	until time.Time

	mu    sync.Mutex // guards what follows
	left  int        // files that may still come
	parts []*part    // that are not whole yet, the one used last at the end
}

// A part is a file that is not whole yet. It lies in the folder under a hidden
// name that nobody can guess, and can be continued.
type part struct {
	name string // what it is to be called
	file string // what it is called until then
	busy bool   // somebody is sending it now
}

// openBox opens a drop link.
func openBox(d Drop, now time.Time) (*box, error) {
	root, err := os.OpenRoot(d.Folder)
	if err != nil {
		return nil, &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot take files into %q", d.Folder), Why: err.Error(), Next: fmt.Sprintf("mkdir -p %q", d.Folder),
		}
	}
	b := &box{root: root, token: d.Token, isOwn: d.Token == "", most: d.Most, left: max(d.Files, 1)}
	if b.isOwn {
		b.token = NewToken()
	}
	if b.most <= 0 {
		b.most = defaultMost
	}
	if d.Last <= 0 {
		d.Last = defaultLast
	}
	b.until = now.Add(d.Last)
	return b, nil
}

// Close ends the link. What was not whole is deleted, unless the token was
// given: then somebody may go on where they were when limen runs again.
func (b *box) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var err error
	for _, p := range b.parts {
		if !b.isOwn {
			break
		}
		if e := b.root.Remove(p.file); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	b.parts = nil
	return errors.Join(err, b.root.Close())
}

// state says whether the link is still good, and how many files may come.
func (b *box) state(now time.Time) (left int, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case now.After(b.until):
		return 0, "its time is over"
	case b.left == 0:
		return 0, "all files that it was good for have come"
	}
	return b.left, ""
}

// What somebody who sends a file is refused for.
var (
	errBusy = errors.New("this file is being sent already")
	errMany = errors.New("no more files may come at the same time")
)

// take reserves a name for whoever sends it. There are no more parts than files
// may come, so that nobody fills the disk with beginnings; one that was left
// lying makes room.
func (b *box) take(name, key string) (*part, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	file := b.partName(name, key)
	for i, p := range b.parts {
		if p.file != file {
			continue
		}
		if p.busy {
			return nil, errBusy
		}
		p.busy = true
		b.parts = append(slices.Delete(b.parts, i, i+1), p)
		return p, nil
	}
	for len(b.parts) >= b.left {
		i := slices.IndexFunc(b.parts, func(p *part) bool { return !p.busy })
		if i < 0 {
			return nil, errMany
		}
		b.root.Remove(b.parts[i].file) // it was left lying
		b.parts = slices.Delete(b.parts, i, i+1)
	}
	p := &part{name: name, file: file, busy: true}
	b.parts = append(b.parts, p)
	return p, nil
}

// release lets somebody else go on with a part.
func (b *box) release(p *part) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p.busy = false
}

// done gives a whole part its name, and counts it. Two that were sent at the
// same time are not both taken if only one may come.
func (b *box) done(p *part) (name string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return "", errMany
	}
	name, err = settle(b.root, p.file, p.name)
	if err != nil {
		return "", err
	}
	b.left--
	b.parts = slices.DeleteFunc(b.parts, func(q *part) bool { return q == p })
	return name, nil
}

// partName is what a file is called until it is whole: the same for the same
// link, name and key, so that it is found again, and hidden. The key is whatever
// a sender tells its files apart by: cameras give two files one name.
func (b *box) partName(name, key string) string {
	sum := sha256.Sum256([]byte(b.token + "\x00" + name + "\x00" + key))
	return ".limen-" + hex.EncodeToString(sum[:12]) + ".part"
}

// DropPath is the address, on this site, by which files are taken; empty if
// none are.
func (s *Site) DropPath() string {
	if s.box == nil {
		return ""
	}
	return ownDrop + s.box.token + "/"
}

// serveDrop answers at a drop link: with its page, and whoever sends a file.
func (s *Site) serveDrop(w http.ResponseWriter, r *http.Request) {
	token, name, hasName := strings.Cut(strings.TrimPrefix(r.URL.Path, ownDrop), "/")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if s.box == nil || !isSecret(token, s.box.token) {
		http.NotFound(w, r)
		return
	}
	left, why := s.box.state(s.now())
	switch {
	case left == 0:
		refuse(w, http.StatusGone, "this link is not good any more: "+why, "ask for a new one")
	case name == "" && !hasName:
		redirect(w, r, r.URL.Path+"/") // curl -T puts the name of the file behind a slash
	case name == "":
		s.dropPage(w, r, left)
	case !isTakeable(name):
		refuse(w, http.StatusBadRequest, fmt.Sprintf("no file is taken under the name %q", visible(name)),
			"give it a name without slashes, colons, control characters, and a dot in front or at the end")
	default:
		s.takeFile(w, r, name)
	}
}

// isTakeable reports whether a file may come under a name: under those that
// would be served, and can be seen.
func isTakeable(name string) bool {
	const longest = 240 // bytes; file systems take 255, and " (12)" may come to it
	return len(name) <= longest && isShown(name) && !strings.ContainsAny(name, `/<>"|?*`) && visible(name) == name
}
