package serve

import (
	"archive/tar"
	"cmp"
	"io"
	"io/fs"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A tarPacker writes a tar file, compressed with Zstandard (RFC 8878).
type tarPacker struct {
	tar  *tar.Writer
	zstd *zstd.Encoder
}

// window is how far back the compression looks. All that is held of an archive
// is a few of these.
const window = 1 << 20

func openTar(w io.Writer) (packer, error) {
	// One block at a time and in this goroutine: none is left behind when the
	// client goes away.
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	return tarPacker{tar.NewWriter(z), z}, nil
}

func (p tarPacker) folder(name string, modified time.Time) error {
	return p.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755, ModTime: modified})
}

func (p tarPacker) file(name string, info fs.FileInfo) (io.Writer, error) {
	err := p.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: int64(packedMode(info)), ModTime: info.ModTime(),
	})
	return p.tar, err
}

// close leaves the comment to the trailer of the answer: tar has no place for
// one at its end.
func (p tarPacker) close(string) error {
	return cmp.Or(p.tar.Close(), p.zstd.Close())
}
