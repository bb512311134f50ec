package serve

import (
	"archive/zip"
	"cmp"
	"io"
	"io/fs"
	"time"

	"github.com/klauspost/compress/flate"
)

// A zipPacker writes a zip file in one go: the sizes follow each file's bytes,
// with 64 bits where they need them (APPNOTE.TXT 6.3.10, 4.3.9 and 4.5.3).
type zipPacker struct{ w *zip.Writer }

func openZip(w io.Writer) (packer, error) {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	return zipPacker{z}, nil
}

func (p zipPacker) folder(name string, modified time.Time) error {
	h := &zip.FileHeader{Name: name, Modified: modified}
	h.SetMode(fs.ModeDir | 0o755)
	_, err := p.w.CreateHeader(h)
	return err
}

func (p zipPacker) file(name string, info fs.FileInfo) (io.Writer, error) {
	h := &zip.FileHeader{Name: name, Modified: info.ModTime(), Method: zip.Store}
	h.SetMode(packedMode(info))
	if info.Size() > 0 && isWorthPacking(name) {
		h.Method = zip.Deflate
	}
	return p.w.CreateHeader(h)
}

func (p zipPacker) close(comment string) error {
	return cmp.Or(p.w.SetComment(comment), p.w.Close())
}

// packedMode is what of a file's mode goes along: whether it can be run. Who
// may read it was the business of the machine that it came from.
func packedMode(info fs.FileInfo) fs.FileMode { return 0o644 | info.Mode().Perm()&0o111 }

// isWorthPacking reports whether compression makes a file smaller, as far as
// its name says.
func isWorthPacking(name string) bool {
	return isCompressible(typeOf(name, func() []byte { return nil }))
}
