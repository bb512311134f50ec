package serve

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/har"
	"github.com/limenhq/limen/internal/redact"
)

// A replay answers from an HTTP Archive: one that limen recorded, or a browser.
type replay struct {
	file    string
	paths   []string            // what is below them and not in the archive is told to be missing
	entries map[string][]*scene // by method and path, in the order they were recorded

	mu   sync.Mutex // guards next
	next map[string]int
}

// A scene is one answer, and what it was the answer to. Secrets are taken out
// of both sides before they are compared, because they are not in the archive.
type scene struct {
	method, path string
	query        string // its parts in order
	asked        string // the body
	reply        reply
	gone         string // why there is no answer; empty where there is one
}

// mostScenes is how many entries an archive may have.
const mostScenes = 100_000

// openReplay reads an archive. Below paths nothing else answers.
func openReplay(file string, paths []string) (*replay, error) {
	cannot := func(err error) error {
		e := &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot replay %q", file), Why: err.Error(), Next: "record one: limen serve --proxy /api=3000 --record session.har"}
		if errors.Is(err, fs.ErrNotExist) {
			e.Kind, e.Why = limen.NotFound, "there is no such file"
		}
		return e
	}
	text, err := readArchive(file)
	if err != nil {
		return nil, cannot(err)
	}
	scenes, recorded, err := parseHAR(text)
	if err != nil {
		return nil, cannot(err)
	}
	p := &replay{file: file, paths: slices.Compact(slices.Sorted(slices.Values(slices.Concat(paths, recorded)))), entries: map[string][]*scene{}, next: map[string]int{}}
	for _, s := range scenes {
		p.entries[s.key()] = append(p.entries[s.key()], s)
	}
	return p, nil
}

// readArchive reads a file, if it is one and not larger than those that limen
// makes.
func readArchive(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	if info.Size() > 2*mostRecorded {
		return nil, fmt.Errorf("it is larger than %d MiB", 2*mostRecorded>>20)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 2*mostRecorded))
}

// parseHAR reads an archive. Of what is in it, it takes what can be answered
// with, and wants no more than that to be right.
func parseHAR(text []byte) (scenes []*scene, paths []string, err error) {
	var doc struct{ Log *har.Log }
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, nil, fmt.Errorf("line %d: it is no HTTP Archive: %w", lineOf(err, text), err)
	}
	if doc.Log == nil {
		return nil, nil, errors.New(`it is no HTTP Archive: there is no "log" in it`)
	}
	if len(doc.Log.Entries) > mostScenes {
		return nil, nil, fmt.Errorf("it has more than %d entries", mostScenes)
	}
	for _, e := range doc.Log.Entries {
		if s, ok := sceneOf(e); ok {
			scenes = append(scenes, s)
		}
	}
	for _, p := range doc.Log.Paths {
		if strings.HasPrefix(p, "/") {
			paths = append(paths, p)
		}
	}
	return scenes, paths, nil
}

// lineOf is where a text is no JSON, or another one than was expected.
func lineOf(err error, text []byte) int {
	at := int64(len(text))
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	return 1 + bytes.Count(text[:min(at, int64(len(text)))], []byte("\n"))
}

// sceneOf makes a scene of an entry; not of one that has no answer, as one
// that was cut before it came, that became a WebSocket, or that a browser had
// in its cache.
func sceneOf(e har.Entry) (*scene, bool) {
	u, err := url.Parse(e.Request.URL)
	if err != nil || !isToken(e.Request.Method) || e.Response.Status < 200 || e.Response.Status > 599 || e.Response.Status == http.StatusNotModified {
		return nil, false
	}
	path, err := parsePath(u.EscapedPath())
	if err != nil {
		path = u.Path // with a slash in a name, as another server may have it
	}
	s := &scene{method: e.Request.Method, path: path, query: canonical(u.RawQuery)}
	if b := e.Request.PostData; b != nil && b.Encoding == "" {
		s.asked = string(redact.Body(b.MimeType, []byte(b.Text)))
	}
	s.reply, s.gone = replyOf(e.Response)
	return s, true
}

// replyOf makes an answer of what was recorded.
func replyOf(a har.Response) (reply, string) {
	body := []byte(a.Content.Text)
	switch {
	case a.Content.Comment == har.CutComment, a.Content.Comment == har.EncodedComment:
		return reply{}, "its body was " + a.Content.Comment
	case a.Content.Encoding == "base64":
		var err error
		if body, err = base64.StdEncoding.DecodeString(a.Content.Text); err != nil {
			return reply{}, "its body cannot be read: " + err.Error()
		}
	}
	h := http.Header{}
	for _, p := range a.Headers {
		name := http.CanonicalHeaderKey(p.Name)
		if !isToken(name) || strings.ContainsFunc(p.Value, isControl) || slices.Contains(unrepeatable, name) || strings.Contains(p.Value, redact.Word) {
			continue
		}
		h.Add(name, p.Value)
	}
	if h.Get("Content-Type") == "" && a.Content.MimeType != "x-unknown" && a.Content.MimeType != "" && !strings.ContainsFunc(a.Content.MimeType, isControl) {
		h.Set("Content-Type", a.Content.MimeType)
	}
	h.Set("Limen-Source", "replay")
	return reply{status: a.Status, header: h, body: body}, ""
}

// unrepeatable are headers that were about the way an answer took.
var unrepeatable = []string{
	"Connection", "Content-Encoding", "Content-Length", "Date", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Alt-Svc", "Strict-Transport-Security",
}

func (s *scene) key() string { return s.method + " " + s.path }

// canonical is a query without secrets whose parts are in an order that does
// not depend on who sends it.
func canonical(query string) string {
	parts := strings.Split(redact.Pairs(query), "&")
	slices.Sort(parts)
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "&")
}
