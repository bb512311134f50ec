package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/limenhq/limen"
)

// encoders make what others send.
var encoders = map[string]func(io.Writer) io.WriteCloser{
	"gzip":     func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"br":       func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	"deflate":  func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"zstd":     func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
	"identity": func(w io.Writer) io.WriteCloser { return plainWriter{w} },
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

func encoded(t testing.TB, name string, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := encoders[name](&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func message(coding string, body []byte) limen.Message {
	return limen.Message{Fields: []limen.Field{{Name: "content-encoding", Value: coding}}, Body: body, Size: int64(len(body))}
}

func TestWhatABodyIsEncodedWithIsUndone(t *testing.T) {
	text := []byte(strings.Repeat("hello, ", 1000))
	for name := range encoders {
		m, err := Undo(message(name, encoded(t, name, text)))
		if err != nil || !bytes.Equal(m.Body, text) || !m.Plain || m.IsCut() {
			t.Errorf("%s: %d bytes, %v", name, len(m.Body), err)
		}
		if again, err := Undo(m); err != nil || !bytes.Equal(again.Body, text) {
			t.Errorf("%s undone twice: %d bytes, %v", name, len(again.Body), err)
		}
	}
	if m, err := Undo(message("gzip, BR", encoded(t, "br", encoded(t, "gzip", text)))); err != nil || !bytes.Equal(m.Body, text) {
		t.Errorf("two encodings: %d bytes, %v", len(m.Body), err)
	}
	var raw bytes.Buffer
	w, _ := flate.NewWriter(&raw, 9)
	w.Write(text)
	w.Close()
	if m, err := Undo(message("deflate", raw.Bytes())); err != nil || !bytes.Equal(m.Body, text) {
		t.Errorf("deflate without its frame: %d bytes, %v", len(m.Body), err)
	}
}

func TestOfACutBodyWhatIsThereIsRead(t *testing.T) {
	var text []byte
	for i := range 20_000 {
		text = append(text, byte(i*i>>7), byte(i))
	}
	for name := range encoders {
		m := message(name, encoded(t, name, text))
		m.Body = m.Body[:len(m.Body)*3/4]
		got, err := Undo(m)
		if name == "zstd" && len(got.Body) == len(m.Body) {
			continue // it is read in blocks, and the first was not whole
		}
		if err != nil || !got.IsCut() || len(got.Body) == 0 || !bytes.HasPrefix(text, got.Body) {
			t.Errorf("%s: %d of %d bytes, cut %v, %v", name, len(got.Body), len(text), got.IsCut(), err)
		}
		m.Size = int64(len(m.Body))
		if got, err := Undo(m); name != "identity" && err == nil {
			t.Errorf("%s: what ends in its middle, and is not cut by limen, is read as %d bytes", name, len(got.Body))
		}
	}
}

func TestAFewBytesDoNotBecomeMany(t *testing.T) {
	bomb := make([]byte, mostPlain+1)
	for name := range encoders {
		if m, err := Undo(message(name, encoded(t, name, bomb))); err != nil || len(m.Body) != mostPlain || !m.IsCut() {
			t.Errorf("%s: %d bytes, cut %v, %v", name, len(m.Body), m.IsCut(), err)
		}
	}
	for _, name := range []string{"gzip, gzip, gzip, gzip", "compress", "gzip"} {
		m := message(name, []byte("no such thing"))
		if got, err := Undo(m); err == nil || string(got.Body) != "no such thing" || got.Plain {
			t.Errorf("%s: %q, %v", name, got.Body, err)
		}
	}
}

func FuzzUndo(f *testing.F) {
	for name := range encoders {
		f.Add(name, encoded(f, name, []byte("hello")), false)
	}
	f.Add("gzip, br", []byte("x"), true)
	f.Fuzz(func(t *testing.T, name string, body []byte, cut bool) {
		m := message(name, body)
		if cut {
			m.Size++
		}
		got, err := Undo(m)
		if len(got.Body) > max(mostPlain, len(body)) || err != nil && !bytes.Equal(got.Body, body) || cut && !got.IsCut() && len(body) > 0 {
			t.Fatalf("%q of %d bytes became %d, %v", name, len(body), len(got.Body), err)
		}
	})
}
