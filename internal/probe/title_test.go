package probe

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestATitleIsThePagesOwn(t *testing.T) {
	for page, want := range map[string]string{
		"<title>A</title>":                                     "A",
		"<TITLE lang=en>\n A  &amp;\tB\n</TITLE >":             "A & B",
		"<!-- <title>no</title> --><title>A</title>":           "A",
		"<script>'<title>no</title>'</script><title>A</title>": "A",
		"<svg><title>icon</title></svg>":                       "",
		"<svg><title>icon</title>":                             "",
		"<title>never ends":                                    "",
		"<titles>A</titles>":                                   "",
		"<title></title><title>B</title>":                      "",
		"<title>\xff\x1b[31m\u202eA\u200b</title>":             "\ufffd[31mA",
		"<title>" + strings.Repeat("é", 500) + "</title>":      strings.Repeat("é", mostTitle),
	} {
		if got := title(&Reply{Body: []byte(page)}); got != want {
			t.Errorf("%q has the title %q, want %q", page, got, want)
		}
	}
}

func TestWhatIsNoPageHasNoTitle(t *testing.T) {
	for name, header := range map[string]http.Header{
		"text":       {"Content-Type": {"text/plain"}},
		"compressed": {"Content-Type": {"text/html"}, "Content-Encoding": {"gzip"}},
	} {
		if got := title(&Reply{Header: header, Body: []byte("<title>A</title>")}); got != "" {
			t.Errorf("%s has the title %q", name, got)
		}
	}
}

func TestTheTitleOfAnErrorIsTheErrors(t *testing.T) {
	if got := ownTitle(&Reply{Status: 404, Body: []byte("<title>404 Not Found</title>")}); got != "" {
		t.Errorf("it has the title %q", got)
	}
}

func FuzzTitle(f *testing.F) {
	f.Add([]byte("<title>A &amp; B</title>"))
	f.Add([]byte("<!-- --><svg><title>\xff</title>"))
	f.Fuzz(func(t *testing.T, page []byte) {
		got := title(&Reply{Body: page})
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > mostTitle || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("the title is %q", got)
		}
	})
}
