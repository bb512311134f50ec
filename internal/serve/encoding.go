package serve

import (
	"net/http"
	"os"
	"strconv"
	"strings"
)

// A coding is a way to compress a body, as HTTP names it, and the ending that
// files have which were compressed so beforehand.
type coding struct{ name, ending string }

// codings are those limen knows, the one with the smallest bodies first.
var codings = []coding{
	{"br", ".br"},    // RFC 7932
	{"zstd", ".zst"}, // RFC 8878
	{"gzip", ".gz"},  // RFC 1952
	// deflate is left out: half of the world sends it with a header, and half without.
}

// weights are how much a client wants each of codings, from 0 for not at all
// to 1000.
type weights [3]int

// accepts returns how much a client wants each coding, by Accept-Encoding
// (RFC 9110, 12.5.3). Without the header it wants none, as most programs that
// are no browsers.
func accepts(h http.Header) (wanted weights) {
	lines := h["Accept-Encoding"]
	if len(lines) == 0 {
		return wanted
	}
	star := -1
	for i := range wanted {
		wanted[i] = -1
	}
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(one, ";")
			name = strings.TrimSpace(name)
			q := parseQuality(params)
			if name == "*" {
				star = q
			}
			for i, c := range codings {
				if strings.EqualFold(name, c.name) || c.name == "gzip" && strings.EqualFold(name, "x-gzip") {
					wanted[i] = q
				}
			}
		}
	}
	for i := range wanted {
		if wanted[i] < 0 {
			wanted[i] = max(star, 0)
		}
	}
	return wanted
}

// parseQuality reads the weight among the parameters of a list's element
// (RFC 9110, 12.4.2), in thousandths. What cannot be read counts as 0: a body
// without compression is never wrong.
func parseQuality(params string) int {
	for p := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok || !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(value, 64)
		if err != nil || !(0 <= q && q <= 1) {
			return 0
		}
		return int(q * 1000)
	}
	return 1000
}

// A sidecar is a file that lies beside another and has its bytes compressed.
type sidecar struct {
	coding coding
	file   *os.File
	info   os.FileInfo
}

// sidecarOf opens what was compressed beforehand of a file, in the coding that
// the client likes best. One that is older than the file has bytes that the
// file had once, and is left alone.
func (s *Site) sidecarOf(p page, h http.Header) (best sidecar, ok bool) {
	wanted := accepts(h)
	for range codings {
		at := 0
		for i, w := range wanted {
			if w > wanted[at] {
				at = i
			}
		}
		if wanted[at] <= 0 {
			return best, false
		}
		wanted[at] = 0
		name := p.name + codings[at].ending
		if info, err := s.root.stat(name); err != nil || !info.Mode().IsRegular() || info.ModTime().Before(p.info.ModTime()) {
			continue
		}
		file, info, err := s.root.open(name)
		if err != nil {
			continue
		}
		if !info.Mode().IsRegular() || info.ModTime().Before(p.info.ModTime()) {
			file.Close() // it was replaced between two looks
			continue
		}
		return sidecar{codings[at], file, info}, true
	}
	return best, false
}
