package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A row is one request, byte by byte, and what must come of it. The tables in
// internal/serve/testdata/conformance are written so:
//
//	a title
//	> GET / HTTP/1.1
//	> Accept: text/html
//	< 200
//	< Content-Type: text/html; charset=utf-8
//
// A request gets a Host header and its end, unless its first line is "raw".
// {a*20} stands for twenty letters, \x00 for a byte, $tag and $modified for the
// validators of what is asked for. Of the answer, a status may be a class, or
// one of two ("4xx/501"); "Name: ~x" is a header that has x in it, "!Name" one
// that is not there, "= x" all of the body, "~ x" and "!~ x" what it has and has
// not, and "closed" that the connection ends.
type row struct {
	title  string
	asked  []string
	wanted []string
}

func TestServeAnswersEachRowOfItsTables(t *testing.T) {
	site := serveFolder(t, populate(t), "--host", "named.example")
	tables, err := filepath.Glob("../../internal/serve/testdata/conformance/*.txt")
	if err != nil || len(tables) == 0 {
		t.Fatalf("there are no tables: %v", err)
	}
	count := 0
	for _, table := range tables {
		t.Run(strings.TrimSuffix(filepath.Base(table), ".txt"), func(t *testing.T) {
			for _, r := range readRows(t, table) {
				count++
				for _, wrong := range r.check(site) {
					t.Errorf("%s: %s", r.title, wrong)
				}
			}
		})
	}
	if count < 150 {
		t.Errorf("only %d rows were read", count)
	}
}

// populate makes the folder that the tables are about, beside a secret.
func populate(t *testing.T) (folder string) {
	t.Helper()
	outside := t.TempDir()
	folder = filepath.Join(outside, "served")
	for name, text := range map[string]string{
		"../secret.txt": "out of reach\n", "../secret/x.txt": "out of reach\n",
		"index.html": "index\n", "a.txt": "hello\n", "about.html": "about\n", "sub/b.txt": "below\n", "sub/prn": "DEVICE\n", "ten": "0123456789", "empty": "",
		"large": strings.Repeat("0123456789", 30000), "site/index.html": "site\n", "evil.example/x": "x\n",
		"guide.html": "guide\n", "guide/chapter.txt": "chapter\n", "index-folder/index.html/x": "x\n",
		".env": "SECRET\n", ".git/config": "SECRET\n", "hidden/.env": "SECRET\n", "sub/.b": "SECRET\n", ".htaccess": "SECRET\n", ".well-known/x": "known\n", ".well-known/.y": "SECRET\n",
		"con": "DEVICE\n", "NUL.txt": "DEVICE\n", "aux.html": "DEVICE\n", "com1": "DEVICE\n",
		"odd/a b.txt": "space\n", "odd/100%.txt": "percent\n", "odd/what?.txt": "question\n", "odd/no#1.txt": "hash\n", `odd/"<b>".txt`: "markup\n", "odd/two\nlines.txt": "newline\n",
		"odd/c++.txt": "plus\n", "odd/caf\xe9.txt": "latin\n", "odd/日本.txt": "nihon\n", "odd/" + strings.Repeat("n", 255): "long\n", "odd/a..b.txt": "dots\n", "odd/backup~": "tilde\n", "odd/ü.txt": "composed\n", "odd/new\nline/x": "x\n",
		"t/x.js": "x\n", "t/x.mjs": "x\n", "t/x.css": "x\n", "t/x.wasm": "x\n", "t/x.json": "x\n", "t/x.map": "x\n", "t/x.webmanifest": "x\n", "t/x.svg": "x\n", "t/x.avif": "x\n", "t/x.woff2": "x\n", "t/X.PNG": "x\n", "t/x.md": "x\n", "t/x.unknown": "x\n", "t/binary": "\x00\x01\x02", "t/x.gz": "x\n",
		"t/app.js": "plain\n", "t/app.js.br": "packed br", "t/app.js.gz": "packed gzip", "t/app.js.zst": "packed zstd", "t/stale.js": "new\n", "t/stale.js.gz": "old",
	} {
		write(t, filepath.Join(folder, name), text)
	}
	for name, to := range map[string]string{
		"link-in.txt": "a.txt", "link-sub": "sub", "link-out.txt": "../secret.txt", "link-abs.txt": filepath.Join(outside, "secret.txt"), "link-up": "..", "link-etc": "/etc",
		"link-dotdot.txt": "sub/../../secret.txt", "link-none": "nowhere", "link-self": "link-self", "link-back": "../served", "link-pipe": "pipe", "link-zero": "/dev/zero", "loop": ".",
	} {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(folder, "index-pipe"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pipe", "index-pipe/index.html"} {
		makePipe(t, filepath.Join(folder, name))
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, "socket")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	past := time.Now().Add(-time.Hour)
	for _, name := range []string{"t/app.js", "t/stale.js.gz", "ten", "large"} {
		if err := os.Chtimes(filepath.Join(folder, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// readRows reads a table.
func readRows(t *testing.T, table string) (rows []row) {
	t.Helper()
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "", strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "> "), line == ">":
			rows[len(rows)-1].asked = append(rows[len(rows)-1].asked, expand(t, strings.TrimPrefix(line[1:], " ")))
		case strings.HasPrefix(line, "< "):
			rows[len(rows)-1].wanted = append(rows[len(rows)-1].wanted, line[2:])
		default:
			rows = append(rows, row{title: line})
		}
	}
	return rows
}

var (
	runOf   = regexp.MustCompile(`\{([^*{}]+)\*(\d+)\}`)
	escaped = regexp.MustCompile(`\\(x[0-9a-f]{2}|[tn])`)
)

// expand writes out what stands for bytes.
func expand(t *testing.T, line string) string {
	t.Helper()
	line = runOf.ReplaceAllStringFunc(line, func(s string) string {
		m := runOf.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Repeat(m[1], n)
	})
	return escaped.ReplaceAllStringFunc(line, func(s string) string {
		u, err := strconv.Unquote(`"` + s + `"`)
		if err != nil {
			t.Fatal(err)
		}
		return u
	})
}

// check asks, and says what is wrong with the answer.
func (r row) check(site *served) (wrong []string) {
	vars := strings.NewReplacer()
	if strings.Contains(strings.Join(append(r.asked, r.wanted...), " "), "$") {
		head, _, err := site.ask("HEAD "+strings.Fields(r.asked[0])[1]+" HTTP/1.1\r\nHost: localhost\r\n\r\n", false)
		if err != nil {
			return []string{err.Error()}
		}
		vars = strings.NewReplacer("$tag", head.Header.Get("Etag"), "$modified", head.Header.Get("Last-Modified"))
	}
	wantsEnd := strings.Contains(strings.Join(r.wanted, "\n"), "\nclosed")
	answer, body, err := site.ask(vars.Replace(r.request()), wantsEnd)
	if err != nil {
		return []string{err.Error()}
	}
	for i, want := range r.wanted {
		if s := mismatch(answer, body, vars.Replace(want), i == 0); s != "" {
			wrong = append(wrong, fmt.Sprintf("%s (it was %d, %q)", s, answer.StatusCode, body[:min(len(body), 200)]))
		}
	}
	return wrong
}

// request is what goes out.
func (r row) request() string {
	if r.asked[0] == "raw" {
		return strings.Join(r.asked[1:], "\r\n") + "\r\n"
	}
	lines := r.asked
	if !strings.Contains(strings.Join(lines, "\n"), "\nHost:") {
		lines = append([]string{lines[0], "Host: localhost"}, lines[1:]...)
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// mismatch says in which way an answer is not what a line wants; nothing if it
// is.
func mismatch(a *http.Response, body []byte, want string, isStatus bool) string {
	unless := func(ok bool) string {
		if ok {
			return ""
		}
		return "not " + want
	}
	name, value, isHeader := strings.Cut(want, ": ")
	text := strings.ReplaceAll(want, `\n`, "\n")
	switch {
	case isStatus:
		status := strconv.Itoa(a.StatusCode)
		ok := false
		for one := range strings.SplitSeq(want, "/") {
			ok = ok || one == status || one == status[:1]+"xx"
		}
		return unless(ok)
	case want == "closed":
		return "" // ask has waited for it
	case strings.HasPrefix(text, "= "):
		return unless(string(body) == text[2:])
	case strings.HasPrefix(text, "~ "):
		return unless(bytes.Contains(body, []byte(text[2:])))
	case strings.HasPrefix(text, "!~ "):
		return unless(!bytes.Contains(body, []byte(text[3:])))
	case strings.HasPrefix(want, "!"):
		return unless(len(a.Header[http.CanonicalHeaderKey(want[1:])]) == 0)
	case isHeader && strings.HasPrefix(value, "~"):
		return unless(strings.Contains(a.Header.Get(name), value[1:]))
	}
	return unless(isHeader && a.Header.Get(name) == value)
}

// ask sends bytes and reads an answer. If the connection shall end after it,
// that is waited for.
func (s *served) ask(request string, untilEnd bool) (*http.Response, []byte, error) {
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	go io.WriteString(c, request) // the answer may come, and the connection end, before all was sent
	method, _, _ := strings.Cut(request, " ")
	from := bufio.NewReader(c)
	answer, err := http.ReadResponse(from, &http.Request{Method: method})
	if err != nil {
		return nil, nil, fmt.Errorf("no answer: %w", err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("half an answer: %w", err)
	}
	if untilEnd {
		rest, err := io.ReadAll(from)
		if len(rest) > 0 {
			return nil, nil, fmt.Errorf("a second answer: %q", rest[:min(len(rest), 200)])
		}
		if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, nil, errors.New("the connection stays open")
		}
	}
	return answer, body, nil
}
