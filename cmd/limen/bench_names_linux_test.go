package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// BenchmarkNamesBegin is how long after the start of the daemon a name that it
// has kept is answered for the first time:
//
//	go test ./cmd/limen -run '^$' -bench NamesBegin -benchtime 30x
func BenchmarkNamesBegin(b *testing.B) {
	h := newHouse(b, readable(b), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(startUpstream(b, "127.0.0.1:0", "here")))
	door := h.door(80)
	h.limen("daemon", "stop")
	h.daemon.Wait() // it was stopped
	var took []float64
	for b.Loop() {
		began := time.Now()
		out := h.begin()
		for {
			if answersAt(door, "shop.localhost") == nil {
				break
			}
			if time.Since(began) > 10*time.Second {
				b.Fatal("the name is not answered")
			}
			<-time.After(100 * time.Microsecond)
		}
		took = append(took, time.Since(began).Seconds()*1000)
		var s json.RawMessage
		if err := json.NewDecoder(out).Decode(&s); err != nil {
			b.Fatal(err)
		}
		h.kill()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(took), "ms-to-first-answer")
	b.ReportMetric(took[0], "ms-at-least") // middle has sorted them
}

// readable is the program as it is shipped, where every user may start it.
func readable(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "limen")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	file := filepath.Join(dir, "limen")
	text, err := os.ReadFile(shipped(b))
	if err == nil {
		err = os.WriteFile(file, text, 0o755)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		b.Fatal(err)
	}
	return file
}

// answersAt asks a name over a connection of its own. An answer other than 200
// is an error.
func answersAt(address, name string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", name); err != nil {
		return err
	}
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", name, a.Status)
	}
	return nil
}

// BenchmarkNamesAppear is how long after a listener is bound its name answers
// whoever asks for it all the time, where the kernel tells of listeners and
// where it does not:
//
//	go test ./cmd/limen -run '^$' -bench NamesAppear -benchtime 20x
func BenchmarkNamesAppear(b *testing.B) {
	for _, who := range []struct {
		name string
		user uint32
	}{{"by kernel events", 0}, {"by looking", nobody}} {
		b.Run(who.name, func(b *testing.B) {
			h := newHouse(b, readable(b), who.user)
			h.wake()
			door := h.door(80)
			var took []float64
			for i := 0; b.Loop(); i++ {
				name := fmt.Sprintf("app%d", i)
				began, stop := startProject(b, name, 4000+i, who.user)
				for answersAt(door, name+".localhost") != nil {
					if time.Since(began) > 20*time.Second {
						b.Fatalf("%s has no name", name)
					}
					<-time.After(time.Millisecond)
				}
				took = append(took, time.Since(began).Seconds()*1000)
				stop()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(middle(took), "ms-after-its-bind")
			b.ReportMetric(took[len(took)-1], "ms-at-most") // middle has sorted them
		})
	}
}

// startProject starts a server in a project of its own, and returns when it has
// begun to listen.
func startProject(b *testing.B, name string, port int, user uint32) (began time.Time, stop func()) {
	b.Helper()
	dir, err := os.MkdirTemp("", "limen")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), fmt.Appendf(nil, `{"name": %q}`, name), 0o644); err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	// env finds one that this user may start.
	c := exec.Command("env", "python3", "-u", "-c", `import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))
print(time.time_ns()); s.listen(100)
while True:
    c, _ = s.accept(); c.recv(4096)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"); c.close()`, fmt.Sprint(port))
	c.Dir, c.Env = dir, []string{"PATH=" + os.Getenv("PATH")}
	if user != 0 {
		runAs(c, user)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	var ns int64
	if _, err := fmt.Fscan(out, &ns); err != nil {
		b.Fatal(err)
	}
	return time.Unix(0, ns), func() {
		c.Process.Kill()
		c.Wait() // it was killed
		os.RemoveAll(dir)
	}
}

// BenchmarkNamesIdle is what a daemon costs that nobody asks, beside 200
// listeners: each round is ten seconds, and the first ones are left out.
//
//	go test ./cmd/limen -run '^$' -bench NamesIdle -benchtime 6x
func BenchmarkNamesIdle(b *testing.B) {
	for _, who := range []struct {
		name string
		user uint32
	}{{"by kernel events", 0}, {"by looking", nobody}} {
		b.Run(who.name, func(b *testing.B) {
			for range 200 {
				nettest.Listen(b, "tcp", "127.0.0.1:0")
			}
			h := newHouse(b, readable(b), who.user)
			h.wake()
			<-time.After(10 * time.Second)
			began, before := time.Now(), used(b, h.pid())
			for b.Loop() {
				<-time.After(10 * time.Second)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(100*(used(b, h.pid())-before).Seconds()/time.Since(began).Seconds(), "%-of-a-processor")
			b.ReportMetric(float64(residentKiB(b, h.pid()))/1024, "MiB-resident")
		})
	}
}

// BenchmarkNamesIdleWebSockets is how much memory a thousand WebSockets take
// that say nothing, in the clear and over TLS:
//
//	go test ./cmd/limen -run '^$' -bench NamesIdleWebSockets -benchtime 1x
func BenchmarkNamesIdleWebSockets(b *testing.B) {
	const sockets = 1000
	for _, usual := range []uint16{80, 443} {
		b.Run(fmt.Sprint(usual), func(b *testing.B) {
			h := newHouse(b, readable(b), 0)
			h.wake()
			h.limen("route", "add", "shop", portOf(startEcho(b)))
			<-time.After(3 * time.Second) // it has given back what starting needs
			for b.Loop() {
				before := residentKiB(b, h.pid())
				for range sockets {
					openWebSocket(b, h.door(usual), usual == 443)
				}
				<-time.After(15 * time.Second) // it has given back what opening them needs
				after := residentKiB(b, h.pid())
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(after-before)/1024, "MiB-more")
				b.ReportMetric(float64(after)/1024, "MiB-resident")
			}
		})
	}
}

// startEcho upgrades every connection, and says back what comes.
func startEcho(b *testing.B) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		context.AfterFunc(ctx, func() { c.Close() })
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		io.Copy(c, c)
	})}
	b.Cleanup(func() { s.Close(); stop() })
	go s.Serve(l) // until it is closed
	return l.Addr().String()
}

// openWebSocket opens one, and keeps it until the benchmark ends.
func openWebSocket(b *testing.B, address string, isSecret bool) {
	b.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	if isSecret {
		c = tls.Client(c, &tls.Config{ServerName: "shop.localhost", InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	}
	b.Cleanup(func() { c.Close() })
	// The key and its answer are those of RFC 6455, section 1.3.
	fmt.Fprint(c, strings.ReplaceAll("GET / HTTP/1.1\nHost: shop.localhost\nConnection: Upgrade\nUpgrade: websocket\n"+
		"Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n", "\n", "\r\n"))
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || a.StatusCode != http.StatusSwitchingProtocols {
		b.Fatalf("no WebSocket: %+v, %v", a, err)
	}
}
