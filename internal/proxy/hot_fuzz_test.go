package proxy

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A seen is a request as net/http reads it.
type seen struct {
	method, path, host string
	body               string
	isWhole            bool
}

// readAll reads requests until something is wrong with one, or there are no more.
func readAll(b []byte) (all []seen, rest error) {
	in := bufio.NewReader(bytes.NewReader(b))
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return all, err
		}
		body, err := io.ReadAll(r.Body)
		all = append(all, seen{r.Method, r.RequestURI, r.Host, string(body), err == nil})
		if err != nil {
			return all, io.ErrUnexpectedEOF
		}
	}
}

// means reports whether what an upstream has seen is what the client has sent, as far
// as it has come.
func (s seen) means(sent seen) bool {
	if s.method != sent.method || s.path != sent.path || s.host != sent.host {
		return false
	}
	if s.isWhole {
		return sent.isWhole && s.body == sent.body
	}
	return strings.HasPrefix(sent.body, s.body)
}

// A fuzzedUpstream answers the first thing that comes on each connection with the same
// bytes, and keeps what came.
type fuzzedUpstream struct {
	says  []byte
	heard []*[]byte // by connection
}

func (u *fuzzedUpstream) talk(c net.Conn, heard *[]byte) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	var all []byte
	for room := make([]byte, 4<<10); ; {
		n, err := c.Read(room)
		if len(all) == 0 && n > 0 {
			c.Write(u.says)
			c.(*net.UnixConn).CloseWrite()
		}
		if all = append(all, room[:n]...); err != nil {
			break
		}
	}
	*heard = all
}

// FuzzHot has whatever a client and an upstream may say go the short way: it ends, and
// what the upstream gets means to net/http what it means there in the client's
// words, each request once and none that is not there.
func FuzzHot(f *testing.F) {
	const host = "Host: shop.localhost\r\n"
	for _, client := range []string{
		"GET / HTTP/1.1\r\n" + host + "\r\n",
		"POST /a?b HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhelloGET /c HTTP/1.1\r\n" + host + "\r\n",
		"PUT / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
		"HEAD / HTTP/1.1\r\n" + host + "Connection: close, x-y\r\nX-Y: 1\r\nTe: trailers\r\n\r\n",
	} {
		for _, upstream := range []string{
			"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: 1\r\n\r\n",
			"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.0 404 No\r\nLocation: http://localhost/\r\n\r\nfar",
			"\x15\x03\x01", "",
		} {
			f.Add([]byte(client), []byte(upstream))
		}
	}
	f.Fuzz(func(t *testing.T, client, upstream []byte) {
		if len(client) > 1<<16 || len(upstream) > 1<<16 {
			return
		}
		u := &fuzzedUpstream{says: upstream}
		goThrough(t, u, client)
		sent, _ := readAll(client)
		for _, heard := range u.heard {
			b := *heard
			if bytes.HasPrefix(b, []byte("\x16\x03")) {
				continue // to say what is wrong, the upstream is asked whether it speaks TLS
			}
			got, err := readAll(b)
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				t.Errorf("the upstream gets %q, of %q: %v", b, client, err)
			}
			for _, s := range got {
				for len(sent) > 0 && !s.means(sent[0]) {
					sent = sent[1:] // it went the long way
				}
				if len(sent) == 0 {
					t.Fatalf("the upstream gets %+v, which is not in %q", s, client)
				}
				sent = sent[1:]
			}
		}
	})
}

// goThrough has a client say what it likes to a short way before an upstream, and returns
// when both have ended.
func goThrough(t *testing.T, u *fuzzedUpstream, client []byte) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "u")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var talking sync.WaitGroup
	talking.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			heard := new([]byte)
			u.heard = append(u.heard, heard)
			talking.Go(func() { u.talk(c, heard) })
		}
	})
	up := NewUpstream(limen.Target{Scheme: limen.SchemeHTTP, Socket: socket})
	p := New(Config{Drain: func() time.Duration { return 0 }})
	p.Set([]Route{{Route: limen.Route{Name: shop}, Upstream: up}})
	front := newFront(p.config, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { mustEnd() }))
	front.sorter.hot = p
	at, err := net.Listen("unix", filepath.Join(dir, "p"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- front.serve(ctx, []net.Listener{at}) }()
	c, err := net.Dial("unix", at.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	talking.Go(func() {
		c.Write(client) // it may be refused before all is said
		c.(*net.UnixConn).CloseWrite()
	})
	if _, err := io.Copy(io.Discard, c); isTimeout(err) {
		t.Errorf("%q does not end, where the upstream says %q", client, u.says)
	}
	c.Close()
	end()
	<-ended
	up.Close()
	l.Close()
	talking.Wait()
}
