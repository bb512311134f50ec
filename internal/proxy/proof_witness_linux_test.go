package proxy_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// A witness is a real server that tells what it has understood: each whole
// request as method, target, host and body. It answers with the same.
type witness struct {
	address string
	told    chan string // one for each whole request, in their order
	asked   int
}

// witnesses are the servers whose understanding counts. The lenient ones take more
// than they should, as many do: that is what a smuggler looks for.
var witnesses = []struct {
	name  string
	start func(*testing.T) *witness
}{
	{"nginx", startNginxWitness},
	{"node", func(t *testing.T) *witness { return startNodeWitness(t) }},
	{"node, lenient", func(t *testing.T) *witness { return startNodeWitness(t, "--insecure-http-parser") }},
}

// understood is what a witness tells of a request.
func understood(method, target, host, body string) string {
	text, err := json.Marshal([]string{method, target, host, body})
	if err != nil {
		panic(err) // strings have no way to fail
	}
	return string(text)
}

const nodeWitness = `require("http").createServer((q, a) => {
	const all = []
	q.on("data", d => all.push(d))
	q.on("end", () => {
		const text = JSON.stringify([q.method, q.url, q.headers.host || "", Buffer.concat(all).toString("latin1")])
		console.log(text)
		a.end(text)
	})
}).listen(0, "127.0.0.1", function() { console.log(this.address().port) })`

func startNodeWitness(t *testing.T, options ...string) *witness {
	t.Helper()
	w := &witness{told: make(chan string, 1000)}
	c := exec.Command(nettest.Need(t, "node"), append(options, "-e", nodeWitness)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	startUntilEnd(t, c)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("node says nothing: %v", lines.Err())
	}
	w.address = "127.0.0.1:" + lines.Text()
	go func() { // until node ends
		for lines.Scan() {
			w.told <- lines.Text()
		}
	}()
	return w
}

// nginxWitness is nginx as it is least strict, before a server that tells what
// nginx has made of a request. That nginx writes in one way only.
const nginxWitness = `daemon off; master_process off; pid %[1]s/pid; error_log stderr emerg; events { worker_connections 256; }
http { access_log off; underscores_in_headers on; ignore_invalid_headers off; merge_slashes off; lingering_close off;
client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen 127.0.0.1:%[2]d; location / { proxy_pass http://%[3]s; proxy_http_version 1.1; proxy_set_header Host $http_host; } } }`

func startNginxWitness(t *testing.T) *witness {
	t.Helper()
	w := &witness{told: make(chan string, 1000)}
	l := listening(t)
	s := &http.Server{Handler: http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		text := understood(r.Method, r.RequestURI, r.Host, string(body))
		w.told <- text
		io.WriteString(a, text)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) }) // until it is closed
	t.Cleanup(func() { s.Close(); serving.Wait() })

	own := listening(t)
	port := own.Addr().(*net.TCPAddr).Port
	own.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxWitness, dir, port, l.Addr()), 0o644); err != nil {
		t.Fatal(err)
	}
	startUntilEnd(t, exec.Command(nettest.Need(t, "nginx"), "-e", "stderr", "-p", dir, "-c", file))
	w.address = fmt.Sprintf("127.0.0.1:%d", port)
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for left := 2000; ; left-- {
		if c, err := net.Dial("tcp", w.address); err == nil {
			c.Close()
			return w
		}
		if <-wait.C; left == 0 {
			t.Fatal("nginx does not answer")
		}
	}
}

// startUntilEnd starts a program that ends with the test.
func startUntilEnd(t *testing.T, c *exec.Cmd) {
	t.Helper()
	var said strings.Builder
	c.Stderr = &said
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		c.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s said\n%s", c.Path, said.String())
		}
	})
}

// saw returns what it has understood since it was last asked. It is asked
// directly for something that it tells behind all that came before.
func (w *witness) saw(t *testing.T) (all []string) {
	t.Helper()
	w.asked++
	target := fmt.Sprintf("/asked/%d", w.asked)
	c := visit(t, w.address)
	defer c.Close()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: witness\r\nConnection: close\r\n\r\n", target)
	if _, _, err := c.hear("GET"); err != nil {
		t.Fatalf("the witness has gone: %v", err)
	}
	for text := range w.told {
		if text == understood("GET", target, "witness", "") {
			break
		}
		all = append(all, text)
	}
	return all
}
