package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// FuzzServeH2 sends anything behind the preface, over a real connection: it has to end,
// in bounded memory, and what comes back has to be frames.
func FuzzServeH2(f *testing.F) {
	f.Add(h2Recorded(f)[len(h2Preface):])
	f.Add([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0x82, 4, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		ours, theirs := h2Pair(t)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			serveHTTP2(context.Background(), ours, h2FuzzHandler, h2Limits{})
		}()
		go func() {
			io.WriteString(theirs, h2Preface)
			theirs.Write(in)
			theirs.(*net.TCPConn).CloseWrite()
		}()
		theirs.SetDeadline(time.Now().Add(10 * time.Second))
		answers := newH2Peer(t, theirs)
		for {
			if _, err := answers.ReadFrame(); err != nil {
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					t.Fatal("it does not end")
				}
				break
			}
		}
		theirs.Close()
		<-ended
		var m runtime.MemStats
		if runtime.ReadMemStats(&m); m.HeapAlloc > 1<<30 {
			t.Fatalf("it took %d MiB", m.HeapAlloc>>20)
		}
	})
}

// h2FuzzHandler reads and writes, as a handler would, and never waits for more.
var h2FuzzHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Host", r.Host)
	w.Write(make([]byte, 10))
	http.NewResponseController(w).Flush()
	io.Copy(w, r.Body)
	for key := range r.Trailer {
		w.Header()[http.TrailerPrefix+key] = r.Trailer[key]
	}
})

// FuzzParseH2Head reads what frames begin with as x/net does.
func FuzzParseH2Head(f *testing.F) {
	f.Add([]byte{0, 0, 8, 6, 1, 0x80, 0, 0, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < h2HeadSize {
			return
		}
		got, length := parseH2Head(in)
		want, err := http2.ReadFrameHeader(h2Bytes(in))
		if err != nil {
			t.Fatal(err)
		}
		if got.kind != want.Type || got.flags != want.Flags || got.stream != want.StreamID || length != int(want.Length) {
			t.Errorf("%v %d, want %v", got, length, want)
		}
	})
}

// FuzzReadH2Path makes the same URL of a path as package url does, or refuses it.
func FuzzReadH2Path(f *testing.F) {
	for _, seed := range []string{"/", "/a?b", "/a%2fb?", "//x", "/a;b?c=%zz", "/?", "/a~b/../c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !isH2Path(in) {
			return
		}
		var s h2Stream
		want, err := url.ParseRequestURI(in)
		if s.readPath(in) != (err == nil) {
			t.Fatalf("%q: %v", in, err)
		}
		if err == nil && s.url != *want {
			t.Errorf("%q: %#v, want %#v", in, s.url, *want)
		}
	})
}

// FuzzIsH2Value compares what looks at eight bytes at once with what looks at one.
func FuzzIsH2Value(f *testing.F) {
	for _, seed := range []string{"", "a", "text/html; charset=utf-8", "1234567\x7f", "\xff\xfe\t 12345678", "x\n", " x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		want := isText(in) && (in == "" || !isBlank(in[0]) && !isBlank(in[len(in)-1]))
		if isH2Value(in) != want {
			t.Errorf("%q", in)
		}
	})
}

// FuzzAppendH2Field encodes what another decoder has to read.
func FuzzAppendH2Field(f *testing.F) {
	f.Add("X-Own", "value", 31)
	f.Fuzz(func(t *testing.T, key, value string, index int) {
		if !isH2Token(key) || !isH2Value(value) {
			return
		}
		if index < 0 || index > 61 {
			index = 0
		}
		b := appendH2Field(nil, key, byte(index), value)
		fields, err := hpack.NewDecoder(4096, nil).DecodeFull(b)
		if err != nil || len(fields) != 1 || fields[0].Value != value {
			t.Fatalf("%v, %v", fields, err)
		}
		if lower := string(appendLower(nil, key)); index == 0 && fields[0].Name != lower {
			t.Errorf("%q is %q", key, fields[0].Name)
		}
	})
}

// An h2Bytes reads its bytes, once.
type h2Bytes []byte

func (b h2Bytes) Read(p []byte) (int, error) { return copy(p, b), nil }

func TestH2NamesAreThoseOfTheStaticTable(t *testing.T) {
	for _, n := range h2Names {
		if n.index == 0 {
			continue
		}
		fields, err := hpack.NewDecoder(0, nil).DecodeFull([]byte{0x80 | n.index})
		if err != nil || fields[0].Name != n.name {
			t.Errorf("entry %d is %v, not %s", n.index, fields, n.name)
		}
	}
	for status, index := range h2Statuses {
		fields, err := hpack.NewDecoder(0, nil).DecodeFull([]byte{0x80 | index})
		if err != nil || fields[0].Value != http.StatusText(status) && fields[0].Name != ":status" {
			t.Errorf("entry %d is %v, not %d", index, fields, status)
		}
	}
}
