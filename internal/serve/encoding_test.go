package serve

import (
	"net/http"
	"strings"
	"testing"
)

func TestAcceptEncodingIsWeighed(t *testing.T) {
	for line, want := range map[string]weights{
		"gzip": {0, 0, 1000}, "br, gzip;q=0.5": {1000, 0, 500}, "*": {1000, 1000, 1000}, "*;q=0.1, br;q=0": {0, 100, 100}, "identity": {}, "": {}, "gzip;q=0": {}, "gzip;q=nan": {}, "gzip; q=1": {0, 0, 1000}, "X-GZIP": {0, 0, 1000},
	} {
		if got := accepts(http.Header{"Accept-Encoding": {line}}); got != want {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
	if got := accepts(http.Header{}); got != (weights{}) {
		t.Errorf("without the header: %v", got)
	}
}

func FuzzParseQuality(f *testing.F) {
	for _, s := range []string{"q=1", "q=0.5", "q=NaN", "q=-1", "q=1e9", "a=b;q=0.1", ";;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, params string) {
		if q := parseQuality(params); q < 0 || q > 1000 {
			t.Fatalf("parseQuality(%q) = %d", params, q)
		}
	})
}

func TestScriptsAreNeverPlainText(t *testing.T) {
	for name, want := range map[string]string{
		"a.js": "text/javascript; charset=utf-8", "a.MJS": "text/javascript; charset=utf-8", "a.wasm": "application/wasm", "a.css": "text/css; charset=utf-8", "a.svg": "image/svg+xml; charset=utf-8", "LICENSE": "text/plain; charset=utf-8",
		"unknown": "text/html; charset=utf-8", "a.unknown": "text/html; charset=utf-8",
	} {
		if got := typeOf(name, func() []byte { return []byte("<!doctype html>") }); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestEachEndingStandsForOneType(t *testing.T) {
	seen := map[string]string{}
	for _, k := range types {
		for e := range strings.FieldsSeq(k.endings) {
			if before, ok := seen[e]; ok {
				t.Errorf(".%s is %s and %s", e, before, k.name)
			}
			seen[e] = k.name
		}
	}
}

func TestANameWithAHashIsKept(t *testing.T) {
	for name, want := range map[string]bool{
		"app.3f9a1c20.js": true, "assets/index-BUH1s9_k.css": true, "a-0123456789abcdef.woff2": true,
		"app.js": false, "jquery-3.7.1.js": false, "a-component.js": false, "index-internationalization.js": false, "0123456789abcdef": false, ".3f9a1c20": false,
	} {
		if got := hasHash(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
