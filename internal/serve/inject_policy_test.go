package serve

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestAPolicyForbidsTheSnippetOnlyIfBrowsersWouldToo(t *testing.T) {
	for policy, want := range map[string]string{
		"":                                         "",
		"img-src 'none'":                           "",
		"default-src 'self'":                       "",
		"default-src *":                            "",
		"default-src http:":                        "",
		"default-src example.com:8008":             "",
		"default-src http://example.com:*":         "",
		"default-src 'none'":                       "default-src",
		"default-src":                              "default-src",
		"default-src https:":                       "default-src",
		"DEFAULT-SRC 'SELF'; Script-Src 'none'":    "script-src",
		"default-src 'none'; script-src 'self'":    "default-src",
		"default-src 'self'; connect-src api.test": "connect-src",
		"script-src 'none'; script-src-elem 'self'; connect-src 'self'": "",
		"script-src 'nonce-abc'":                               "script-src",
		"script-src 'self' 'strict-dynamic' 'nonce-abc'":       "script-src",
		"script-src 'self'; script-src 'none'":                 "",
		"default-src 'none'; script-src *; connect-src 'self'": "",
	} {
		r := httptest.NewRequest("GET", "http://example.com:8008/", nil)
		if got, _ := forbids(policy, r); got != want {
			t.Errorf("%q: %q forbids it, want %q", policy, got, want)
		}
	}
}

func TestAPageThatCannotReloadIsTalkedOfOnce(t *testing.T) {
	var notices []string
	s, err := New(Config{Root: folderOf(t, map[string]string{"index.html": "<p>"}), Reload: true, Tell: func(item limen.Served) {
		notices = append(notices, item.Notice.What+": "+item.Notice.Why+": "+item.Notice.Next)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		r := httptest.NewRequest("GET", "/shop", nil)
		s.noticePolicy(r, map[string][]string{"Content-Security-Policy": {"img-src *, script-src 'none'"}})
	}
	want := "the page /shop does not reload by itself: its Content-Security-Policy lets it load nothing from its own origin: script-src: add 'self' to script-src"
	if len(notices) != 1 || notices[0] != want {
		t.Errorf("told %q", notices)
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add("default-src 'self'; script-src 'nonce-abc'")
	f.Fuzz(func(t *testing.T, policy string) {
		for name := range parsePolicy(policy) {
			if name == "" || strings.ContainsAny(name, "; \t") {
				t.Errorf("%q has a directive %q", policy, name)
			}
		}
	})
}
