package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A format is a kind of archive that a folder can be taken along in.
type format struct {
	name        string
	contentType string
	open        func(io.Writer) (packer, error)
}

// archiveFormats are all of them.
var archiveFormats = []format{
	{"zip", "application/zip", openZip},
	{"tar.zst", "application/zstd", openTar},
}

// archiveFormat returns a format by its name; nil if there is none.
func archiveFormat(name string) *format {
	for i, f := range archiveFormats {
		if f.name == name {
			return &archiveFormats[i]
		}
	}
	return nil
}

// wantsArchive reports whether a request is for a folder as an archive, which it
// can be had as even if it has an index.
func wantsArchive(r *http.Request) bool {
	return r.URL.RawQuery != "" && archiveFormat(r.URL.Query().Get("archive")) != nil
}

// A packer writes an archive piece by piece, and holds nothing of it but the
// names, where the format repeats them at its end.
type packer interface {
	folder(name string, modified time.Time) error
	file(name string, info fs.FileInfo) (io.Writer, error) // takes exactly the bytes that info promises
	close(comment string) error
}

// errTorn means that a file changed while it was packed. What is in the
// archive of it is neither what it was nor what it is.
var errTorn = errors.New("it changed while it was packed")

// An archiver puts a folder and all below it into an archive.
type archiver struct {
	ctx    context.Context // of the request: whoever goes away ends the work
	root   *os.Root        // what is served, for links
	name   string          // of the folder, in the root
	prefix string          // what each path in the archive begins with
	packer packer
	walk   walk
}

// leftOutTrailer says after an archive what is not in it (RFC 9110, 6.5).
const leftOutTrailer = "Limen-Left-Out"

// archive answers with a folder as an archive. What cannot be completed is cut
// off, so that nobody takes a part for the whole.
func (s *Site) archive(w http.ResponseWriter, r *http.Request, d dir, f *format) {
	name := archiveName(d.name, s.root.path)
	// A root of our own: the site's is closed when the folder is replaced.
	root, err := s.root.current().OpenRoot(".")
	if err != nil {
		s.without(w, r, d.name, err)
		return
	}
	defer root.Close()
	looker, err := openLooker(root, d.name)
	if err != nil {
		s.without(w, r, d.name, err)
		return
	}
	defer looker.Close()
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + f.name}))
	if r.Method == http.MethodHead {
		return
	}
	h.Set("Trailer", leftOutTrailer)
	left, err := looker.pack(r.Context(), w, f, name)
	h.Set(leftOutTrailer, left.String())
	if err != nil && r.Context().Err() == nil {
		s.notice(limen.Notice{What: fmt.Sprintf("the archive %q of %q ended early", name+"."+f.name, d.path), Why: err.Error(), Next: "download it again"})
	}
	mustSend(err == nil)
}

// pack writes an archive of a folder, and says what is not in it.
func (l *looker) pack(ctx context.Context, w io.Writer, f *format, name string) (leftOut, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	p, err := f.open(out)
	if err != nil {
		return leftOut{}, err
	}
	a := archiver{ctx: ctx, root: l.root, name: l.name, prefix: name + "/", packer: p}
	a.walk.visit = a.add
	if err := a.walk.folder(ctx, l.here, "", 0); err != nil {
		return a.walk.left, err
	}
	comment := ""
	if left := a.walk.left.String(); left != "" {
		comment = "left out: " + left
	}
	if err := p.close(comment); err != nil {
		return a.walk.left, err
	}
	return a.walk.left, out.Flush()
}

// add packs one thing.
func (a *archiver) add(here *os.Root, at string, d fs.DirEntry) error {
	if strings.ContainsFunc(at, isControl) {
		a.walk.left.Refused++ // whoever unpacks it prints its name on a terminal
		return nil
	}
	var err error
	switch kindOf(d.Type()) {
	case aFolder:
		err = a.addFolder(here, at, d.Name())
	case aFile:
		err = a.addFile(here, at, d.Name())
	case aLink:
		err = a.addLink(at)
	default:
		a.walk.left.Others++
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		a.walk.left.Unread++
	case errors.Is(err, errNoFile):
		a.walk.left.Others++
	case errors.Is(err, fs.ErrNotExist): // it is gone, and was not there
	case err != nil:
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f || 0x80 <= c && c < 0xa0 }

func (a *archiver) addFolder(here *os.Root, at, name string) error {
	info, err := here.Lstat(name)
	if err != nil {
		return err
	}
	return broken(a.packer.folder(a.prefix+at+"/", info.ModTime()))
}

func (a *archiver) addFile(here *os.Root, at, name string) error {
	file, info, err := openIn(here, name)
	if err != nil {
		return err
	}
	defer file.Close()
	if !info.Mode().IsRegular() {
		return errNoFile
	}
	return broken(a.copy(file, info, a.prefix+at))
}

// addLink packs the file that a link leads to, if it is served, too. A folder
// is not followed: it may be one that the link lies in.
func (a *archiver) addLink(at string) error {
	inRoot := path.Join(a.name, at)
	info, err := a.root.Stat(inRoot)
	if err != nil || !info.Mode().IsRegular() {
		a.walk.left.Links++
		return nil
	}
	return a.addFile(a.root, at, inRoot)
}

// copy packs the content of a file: as many bytes as it had when it was opened,
// all of one version.
func (a *archiver) copy(file *os.File, info fs.FileInfo, at string) error {
	w, err := a.packer.file(at, info)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, io.LimitReader(stoppable{a.ctx, file}, info.Size()))
	if err != nil {
		return err
	}
	after, err := file.Stat()
	if err != nil {
		return err
	}
	if n < info.Size() || !isSame(file, info, after) {
		return errTorn
	}
	return nil
}

// broken marks an error after which an archive cannot be completed, whatever
// else it may look like.
func broken(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(err.Error())
}

// A stoppable stops reading when whoever wanted it is gone.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

// archiveName is what an archive of a folder is called: as the folder.
func archiveName(name, root string) string {
	base := path.Base(name)
	if name == "." {
		base = filepath.Base(root)
	}
	if !isShown(base) || strings.ContainsFunc(base, isControl) || strings.ContainsRune(base, '/') {
		return "folder"
	}
	return strings.ToValidUTF8(base, "_")
}
