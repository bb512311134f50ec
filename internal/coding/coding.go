// Package coding undoes what bodies are encoded with on their way, within bounds:
// a few bytes can stand for as many as one likes.
package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/limenhq/limen"
)

// mostPlain is how much a body may become.
const mostPlain = 8 << 20

// mostLayers is how many encodings one body may have. Nobody uses more than
// one, and each is a chance to become large.
const mostLayers = 3

// A decoder undoes one encoding.
type decoder struct {
	names []string // in Content-Encoding (RFC 9110, section 8.4.1, RFC 7932, RFC 8878)
	open  func(encoded []byte) (io.Reader, error)
}

// decoders are all. compress is left out: no client has asked for it in decades.
var decoders = []decoder{
	{[]string{"gzip", "x-gzip"}, func(b []byte) (io.Reader, error) { return gzip.NewReader(bytes.NewReader(b)) }},
	{[]string{"br"}, func(b []byte) (io.Reader, error) { return brotli.NewReader(bytes.NewReader(b)), nil }},
	{[]string{"zstd"}, openZstd},
	{[]string{"deflate"}, openDeflate},
	{[]string{"identity"}, func(b []byte) (io.Reader, error) { return bytes.NewReader(b), nil }},
}

// openDeflate reads deflate in the frame that it should have (RFC 1950), or in
// none, as some servers send it.
func openDeflate(b []byte) (io.Reader, error) {
	if r, err := zlib.NewReader(bytes.NewReader(b)); err == nil {
		return r, nil
	}
	return flate.NewReader(bytes.NewReader(b)), nil
}

// openZstd reads a window of 8 MiB at most (RFC 9659), without a goroutine of
// its own.
func openZstd(b []byte) (io.Reader, error) {
	return zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
}

// Undo returns a message whose body is as people read it. Where it is so
// already, that is the same. The error says why it cannot be: then the message
// is as it was.
func Undo(m limen.Message) (limen.Message, error) {
	if m.Plain || len(m.Body) == 0 {
		return m, nil
	}
	names := codings(m)
	if len(names) > mostLayers {
		return m, fmt.Errorf("it is encoded %d times, which only serves to keep others busy", len(names))
	}
	plain, isCut := m.Body, m.IsCut()
	for _, name := range slices.Backward(names) { // the last was put around the others (RFC 9110, section 8.4)
		i := slices.IndexFunc(decoders, func(d decoder) bool { return slices.Contains(d.names, name) })
		if i < 0 {
			return m, fmt.Errorf("it is encoded as %q, which limen does not read", name)
		}
		var wasCut bool
		var err error
		if plain, wasCut, err = decoders[i].read(plain); err != nil && !(isCut && len(plain) > 0) {
			return m, fmt.Errorf("it is not encoded as %s: %w", name, err)
		}
		isCut = isCut || wasCut
	}
	m.Body, m.Plain, m.Cut = plain, true, isCut
	return m, nil
}

// read undoes an encoding. What came before an error is returned with it: of a
// body that is cut, that is all there is.
func (d decoder) read(encoded []byte) (plain []byte, isCut bool, err error) {
	r, err := d.open(encoded)
	if err != nil {
		return nil, false, err
	}
	if c, ok := r.(interface{ Close() }); ok { // as zstd's has
		defer c.Close()
	}
	plain, err = io.ReadAll(io.LimitReader(r, mostPlain+1))
	if len(plain) > mostPlain {
		return plain[:mostPlain], true, nil
	}
	return plain, false, err
}

// codings are what a body was encoded with, the first first.
func codings(m limen.Message) (names []string) {
	for _, f := range m.Fields {
		if !strings.EqualFold(f.Name, "Content-Encoding") {
			continue
		}
		for name := range strings.SplitSeq(f.Value, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
