package probe

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/limenhq/limen"
)

// Each file of testdata/site holds the answers of one server, each under what
// was asked, and what is to be known of it: the first site, in the order of
// all, that takes them for its own. Owner and port play no part, so nothing
// may be taken for what it is not.
func TestASiteIsKnownByItsAnswersAlone(t *testing.T) {
	files, err := filepath.Glob("testdata/site/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no recorded sites: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			answers := map[string]*Reply{}
			var want string
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = strings.TrimSpace(string(f.Data))
				} else {
					answers[f.Name] = readRecorded(t, f.Data)
				}
			}
			got, ok := readSites(answers)
			if !ok || want == "none" {
				if ok || want != "none" {
					t.Fatalf("known as %+v; want %s", got, want)
				}
				return
			}
			var expected limen.Service
			if err := json.Unmarshal([]byte(want), &expected); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("service (-want +got):\n%s", diff)
			}
		})
	}
}

// readSites returns what the first site says that takes answers for its own.
func readSites(answers map[string]*Reply) (limen.Service, bool) {
	root := answers["GET /"]
	for _, site := range Sites {
		reply := root
		if site.Path != "" {
			method := site.Method
			if method == "" {
				method = http.MethodGet
			}
			if reply = answers[method+" "+site.Path]; reply == nil {
				continue
			}
			reply.Root = root
		}
		s := limen.Service{Protocol: site.Protocol, Product: site.Name}
		if site.Read(reply, &s) {
			return s, true
		}
	}
	return limen.Service{}, false
}

// readRecorded reads an HTTP response whose lines end as those of a text file.
func readRecorded(t *testing.T, b []byte) *Reply {
	t.Helper()
	head, body, _ := bytes.Cut(b, []byte("\n\n"))
	text := strings.ReplaceAll(string(head), "\n", "\r\n") + "\r\n\r\n" + strings.TrimSuffix(string(body), "\n")
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("a recorded answer is none: %v", err)
	}
	content, err := io.ReadAll(res.Body)
	if err != nil && err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	r := &Reply{Proto: res.Proto, Status: res.StatusCode, Header: res.Header, Body: content}
	for line := range strings.Lines(string(head)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			r.Order = append(r.Order, http.CanonicalHeaderKey(name))
		}
	}
	return r
}

// FuzzSites gives every site the same answer to everything it may ask.
func FuzzSites(f *testing.F) {
	f.Add(200, "application/json", "", `{"version":{"number":"8.11.1"}}`)
	f.Add(302, "text/html", "/graph", `<root><device/></root>`)
	f.Fuzz(func(t *testing.T, status int, kind, location, body string) {
		reply := func() *Reply {
			return &Reply{Status: status, Header: http.Header{"Content-Type": {kind}, "Location": {location}}, Body: []byte(body)}
		}
		for _, site := range Sites {
			r := reply()
			if site.Sign != nil {
				site.Sign(r)
			}
			if site.Path != "" {
				r.Root = reply()
			}
			site.Read(r, &limen.Service{})
		}
	})
}
