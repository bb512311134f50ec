package proxy

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What an upstream does, and what a client does, leaves nothing behind: neither
// a goroutine nor a connection.
func TestNothingIsLeftBehind(t *testing.T) {
	goroutines, descriptors := runtime.NumGoroutine(), open(t)
	t.Run("all", func(t *testing.T) {
		upstreams := []Route{
			behind(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }),
			raw(t, func(c net.Conn) { heard(c) }),
			raw(t, func(c net.Conn) { heard(c); io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") }),
			raw(t, func(c net.Conn) { io.WriteString(c, "nonsense\r\n") }),
			raw(t, func(c net.Conn) { heard(c); io.WriteString(c, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n") }),
			echo(t),
			lead(t, free(t)),
		}
		for _, route := range upstreams {
			p := New(Config{Patience: 20 * time.Millisecond})
			p.Set([]Route{route})
			s := httptest.NewServer(p)
			for _, request := range []string{
				"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
				"PUT / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\n\r\nhello",
				"POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 50\r\n\r\nhello",
				"PUT / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
				fmt.Sprintf(hello, "/"),
			} {
				c, err := net.Dial("tcp", s.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				io.WriteString(c, request)
				c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)) // some say nothing
				heard(c)
				c.Close()
			}
			route.Upstream.Close()
			s.Close()
		}
	})
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	for left := 2000; runtime.NumGoroutine() > goroutines || open(t) > descriptors; left-- {
		if <-wait.C; left == 0 {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines were %d, %d descriptors were %d\n%s", runtime.NumGoroutine(), goroutines, open(t), descriptors, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// open counts the sockets of this process.
func open(t testing.TB) (n int) {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if to, err := os.Readlink("/proc/self/fd/" + one.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
