package serve

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestRangesAreReadAsTheRFCHasThem(t *testing.T) {
	for header, want := range map[string][]span{
		"bytes=0-0": {{0, 1}}, "bytes=2-": {{2, 8}}, "bytes=-3": {{7, 3}}, "bytes=-30": {{0, 10}}, "bytes=0-0,-1": {{0, 1}, {9, 1}}, "BYTES=1-1": {{1, 1}},
		"bytes=3-99": {{3, 7}}, "bytes=20-,1-1": {{1, 1}}, "bytes=0-4, 5-9": {{0, 5}, {5, 5}},
		"items=0-1": nil, "bytes": nil, "bytes=": nil, "bytes=x": nil, "bytes=4-2": nil, "bytes=0-9,0-0": nil, "bytes=1-1,x": nil, "bytes=- 1": nil,
		"bytes=" + strings.Repeat("0-0,", mostSpans+1): nil,
	} {
		if got, err := parseRange(header, 10); err != nil || !slices.Equal(got, want) {
			t.Errorf("parseRange(%q) = %v, %v; want %v", header, got, err, want)
		}
	}
	for _, header := range []string{"bytes=10-", "bytes=-0", "bytes=99-100", "bytes=99999999999999999999-"} {
		if got, err := parseRange(header, 10); !errors.Is(err, errUnsatisfiable) {
			t.Errorf("parseRange(%q) = %v, %v; want that it is not in the file", header, got, err)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"bytes=0-0", "bytes=-5", "bytes=5-,1-2,-1", "bytes=9223372036854775807-9223372036854775807", "items=1-2"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		spans, err := parseRange(header, size)
		sum := int64(0)
		for _, p := range spans {
			if p.start < 0 || p.length < 1 || p.start > size-p.length {
				t.Fatalf("parseRange(%q, %d) gave %v, which is not in the file", header, size, p)
			}
			sum += p.length
		}
		if sum > size || len(spans) > mostSpans || err != nil && len(spans) > 0 {
			t.Fatalf("parseRange(%q, %d) gave %v, %v", header, size, spans, err)
		}
	})
}
