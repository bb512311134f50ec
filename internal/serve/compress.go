package serve

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// least is how many bytes a body must have for compression to be worth it: a
// smaller one goes out in one packet anyhow (1460 bytes in an Ethernet frame).
const least = 1400

// A press compresses bodies in one coding while they are sent.
type press struct {
	coding string // its name among codings
	open   func(io.Writer) (io.WriteCloser, error)
}

// presses are all of them, in the order of codings. The levels are those that
// keep up with a network: what is slower than the way is no gain.
var presses = []press{
	{"br", func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriterLevel(w, 4), nil }},
	{"zstd", func(w io.Writer) (io.WriteCloser, error) {
		// Browsers take windows of 8 MiB at most (RFC 9659, 3); a small one is small here, too.
		return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	}},
	{"gzip", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, 5) }},
}

// compressed compresses answers while they are sent. That costs more than it
// saves between two programs of one machine, so a site has it only where it is
// wanted.
func (s *Site) compressed(next http.Handler) http.Handler {
	if !s.config.Compress {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := pressFor(r.Header)
		if !ok || len(r.Header["Range"]) > 0 || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w, press: p}
		next.ServeHTTP(c, withPlainTags(r, p.coding))
		c.finish() // not deferred: half of an answer that was cut must not look whole
	})
}

// pressFor is the press whose coding a client likes best.
func pressFor(h http.Header) (best press, ok bool) {
	most := 0
	for i, w := range accepts(h) {
		if w > most {
			best, most = presses[i], w
		}
	}
	return best, most > 0
}

// withPlainTags returns a request whose conditions are about files as they
// are: a tag that was given out with a compressed body becomes the file's own.
func withPlainTags(r *http.Request, coding string) *http.Request {
	tags := r.Header["If-None-Match"]
	shaped := "-" + coding + `"`
	if !slices.ContainsFunc(tags, func(line string) bool { return strings.Contains(line, shaped) }) {
		return r
	}
	c := *r
	c.Header = r.Header.Clone()
	plain := c.Header["If-None-Match"]
	for i := range plain {
		plain[i] = strings.ReplaceAll(plain[i], shaped, `"`)
	}
	return &c
}

// A compressor writes an answer through a press, if it is worth it.
type compressor struct {
	http.ResponseWriter

	press   press
	out     io.WriteCloser // nil where the answer goes out as it is
	started bool
}

// WriteHeader decides.
func (c *compressor) WriteHeader(status int) {
	h := c.Header()
	if c.started || status < 200 {
		c.ResponseWriter.WriteHeader(status)
		return
	}
	c.started = true
	switch {
	case status == http.StatusNotModified:
		c.shapeTag(h)
	case isWorthIt(status, h):
		if out, err := c.press.open(c.ResponseWriter); err == nil {
			c.out = out
			c.shapeTag(h)
			h["Content-Encoding"] = []string{c.press.coding}
			delete(h, "Content-Length")
			delete(h, "Accept-Ranges")
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// shapeTag gives an answer the tag of its compressed bytes.
func (c *compressor) shapeTag(h http.Header) {
	if tag := h.Get("Etag"); strings.HasSuffix(tag, `"`) {
		h["Etag"] = []string{version{tag: tag}.as(c.press.coding).tag}
	}
}

// isWorthIt reports whether an answer gets smaller by compression.
func isWorthIt(status int, h http.Header) bool {
	if status != http.StatusOK && status != http.StatusNotFound || len(h["Content-Encoding"]) > 0 || !isCompressible(contentTypeOf(h)) {
		return false
	}
	length, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	return err != nil || length >= least
}

func (c *compressor) Write(b []byte) (int, error) {
	if !c.started {
		c.WriteHeader(http.StatusOK)
	}
	if c.out != nil {
		return c.out.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

// ReadFrom keeps the way open for the kernel to send what is not compressed.
func (c *compressor) ReadFrom(from io.Reader) (int64, error) {
	if !c.started {
		c.WriteHeader(http.StatusOK)
	}
	if c.out != nil {
		return io.Copy(c.out, from)
	}
	return io.Copy(c.ResponseWriter, from)
}

// Flush sends what was written so far: a list of a large folder is read from
// its beginning.
func (c *compressor) Flush() {
	if f, ok := c.out.(interface{ Flush() error }); ok {
		f.Flush() // who does not read it is gone
	}
	_ = http.NewResponseController(c.ResponseWriter).Flush() // what cannot be flushed goes out when it is complete
}

// Unwrap lets http.ResponseController reach what can be taken over.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// finish ends the body.
func (c *compressor) finish() {
	if c.out != nil {
		c.out.Close() // who does not read it is gone
	}
}
