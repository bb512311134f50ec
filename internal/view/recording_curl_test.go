package view

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// heard serves one connection, and returns what came: the head line by line, and
// the body.
func heard(t *testing.T, l net.Listener) (head []string, body []byte) {
	t.Helper()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var all []byte
	buffer := make([]byte, 64<<10)
	for !bytes.Contains(all, []byte("\r\n\r\n")) {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("%v after %q", err, all)
		}
		all = append(all, buffer[:n]...)
	}
	text, rest, _ := strings.Cut(string(all), "\r\n\r\n")
	head = strings.Split(text, "\r\n")
	from := io.MultiReader(strings.NewReader(rest), conn)
	size := 0
	for _, line := range head {
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case strings.EqualFold(name, "Content-Length"):
			fmt.Sscan(value, &size)
			body, err = io.ReadAll(io.LimitReader(from, int64(size)))
		case strings.EqualFold(name, "Transfer-Encoding"):
			body, err = io.ReadAll(httputil.NewChunkedReader(from))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	return head, body
}

func TestCurlSendsWhatWasSent(t *testing.T) {
	for _, program := range []string{"curl", "sh"} {
		nettest.Need(t, program)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	host := l.Addr().String()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, c := range []struct {
		method, path string
		fields       []string // in order, without Host
		body         string
		inFile       bool
	}{
		{"GET", "/", nil, "", false},
		{"GET", "/a/../b/./[1-3]{x,y}?q=a%20b&c='$(id)`id`\"!*;", []string{"User-Agent: me", "accept: */*", "X-A: 1", "x-a: 2", "X-Empty:"}, "", false},
		{"GET", "/", []string{"X-Odd: it's $HOME `id` \\ %s \"x\" !!", "X-Latin: caf\xe9\t\x01", "X-Bidi: a\u202eb", "X-Percent: 100%"}, "", false},
		{"HEAD", "/x", []string{"Accept: text/html"}, "", false},
		{"OPTIONS", "/x", nil, "", false},
		{"OPTIONS", "*", nil, "", false},
		{"DELETE", "/x", nil, "", false},
		{"POST", "/empty", []string{"Content-Length: 0"}, "", false},
		{"POST", "/json", []string{"Content-Type: application/json", "Content-Length: 31", "Accept: */*"}, "{\"it's\": [\"a\\nb\", \"$x\", \"%s\"]}\n", false},
		{"POST", "/at", []string{"Content-Length: 11"}, "@/etc/group", false},
		{"PUT", "/dash", []string{"Content-Length: 9"}, "-----BEG\x00", false},
		{"PUT", "/bytes", []string{"Content-Length: 256", "Content-Type: application/octet-stream"}, string(every), false},
		{"PATCH", "/chunked", []string{"Transfer-Encoding: chunked", "Content-Type: text/plain"}, strings.Repeat("line\n", 20), false},
		{"POST", "/large", []string{"Content-Type: text/plain", "Content-Length: 1048576"}, strings.Repeat("0123456789abcde\n", 1<<16), false},
		{"GET", "/with-a-body", []string{"Content-Length: 1"}, "x", false},
		{"POST", "/file", []string{"Content-Length: 256"}, string(every), true},
	} {
		r := limen.Recording{Exchange: limen.Exchange{ID: "1", Name: "x.localhost", Method: c.method, URL: "http://" + host + c.path, Protocol: "HTTP/1.1"}}
		r.Request = limen.Message{Body: []byte(c.body), Size: int64(len(c.body)), Fields: []limen.Field{{Name: "Host", Value: host}}}
		for _, f := range c.fields {
			name, value, _ := strings.Cut(f, ":")
			r.Request.Fields = append(r.Request.Fields, limen.Field{Name: name, Value: strings.TrimPrefix(value, " ")})
		}
		file := ""
		if c.inFile {
			file = filepath.Join(t.TempDir(), "it's a body")
			if err := os.WriteFile(file, []byte(c.body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var script bytes.Buffer
		if err := Curl(&script, r, file); err != nil {
			t.Fatal(err)
		}
		if lines := strings.ReplaceAll(script.String(), "\n", ""); Safe(lines) != lines {
			t.Errorf("%s: a terminal would obey\n%s", c.path, script.String())
		}
		cmd := exec.CommandContext(t.Context(), "sh")
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} // no .curlrc, and no proxy
		cmd.Stdin = &script
		text := script.String()
		var says bytes.Buffer
		cmd.Stderr = &says
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		head, body := heard(t, l)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v: %s of\n%s", c.path, err, says.String(), text)
		}
		want := append([]string{c.method + " " + c.path + " HTTP/1.1", "Host: " + host}, c.fields...)
		if !slices.Equal(head, want) || string(body) != c.body {
			t.Errorf("%s: curl sends\n%q\n%d bytes; want\n%q\n%d bytes; by\n%.2000s", c.path, head, len(body), want, len(c.body), text)
		}
	}
}

// The listener of a tap is gone with it, so the port itself is asked.
func TestCurlAsksThePortThatWasTapped(t *testing.T) {
	r := limen.Recording{Exchange: limen.Exchange{Target: "3000", Method: "GET", URL: "http://127.0.0.1:41234/x?y=1", Protocol: "HTTP/1.1"}}
	r.Request.Fields = []limen.Field{{Name: "Host", Value: "127.0.0.1:41234"}, {Name: "User-Agent", Value: "a"}, {Name: "Accept", Value: "b"}}
	want := "curl \\\n  --globoff \\\n  --path-as-is \\\n  'http://localhost:3000/x?y=1' \\\n  --header 'Host: 127.0.0.1:41234' \\\n  --header 'User-Agent: a' \\\n  --header 'Accept: b'\n"
	var b strings.Builder
	if err := Curl(&b, r, ""); err != nil || b.String() != want {
		t.Errorf("%v, it is\n%s", err, b.String())
	}
	r.Request.Size = 7
	if err := Curl(&b, r, ""); err == nil {
		t.Error("what was not kept as a whole is sent")
	}
}
