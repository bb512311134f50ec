package proxy_test

// The files named proof hold the whole proxy to what docs/proxy.md promises. They
// stand outside the package, and know no more of it than a client and an upstream
// do, so that they hold whatever is inside.

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/proxy"
)

const shop = "shop.localhost"

// answering has a proxy answer for shop.localhost, in the clear and over TLS, by
// the upstream at an address. When the test ends, so does all that was started.
func answering(t testing.TB, upstream string) (at string) {
	t.Helper()
	target, err := limen.ParseTarget("http://" + upstream)
	if err != nil {
		t.Fatal(err)
	}
	p := proxy.New(proxy.Config{
		Certificate: certified(t),
		Patience:    5 * time.Second,
		Drain:       func() time.Duration { return 0 },
	})
	u := proxy.NewUpstream(target)
	p.Set([]proxy.Route{{Route: limen.Route{Name: shop, Target: target}, Upstream: u}})
	l := listening(t)
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
		u.Close()
	})
	return l.Addr().String()
}

func listening(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// certified makes a certificate that signs itself.
func certified(t testing.TB) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{shop}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c, nil }
}

// speaking is an upstream that gives each of its connections to a function,
// until the test ends. It then waits for all of them.
func speaking(t testing.TB, speak func(*net.TCPConn)) (at string) {
	t.Helper()
	l := listening(t)
	var all sync.WaitGroup
	var mu sync.Mutex // guards open
	open := map[net.Conn]bool{}
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			all.Go(func() {
				defer func() {
					c.Close()
					mu.Lock()
					delete(open, c)
					mu.Unlock()
				}()
				speak(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for c := range open {
			c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}

// A visitor is a client over a plain connection that says what it likes.
type visitor struct {
	*net.TCPConn
	in *bufio.Reader
}

func visit(t testing.TB, at string) visitor {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(30 * time.Second)) // only a test that fails waits for it
	return visitor{c.(*net.TCPConn), bufio.NewReader(c)}
}

// hear reads the answer to a method, with what came of its body.
func (v visitor) hear(method string) (*http.Response, string, error) {
	for {
		res, err := http.ReadResponse(v.in, &http.Request{Method: method})
		if err != nil {
			return nil, "", err
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= 200 {
			return res, string(body), err
		}
	}
}

// reset ends a connection with RST in the place of FIN (tcp(7), SO_LINGER of
// no time).
func reset(c *net.TCPConn) {
	c.SetLinger(0)
	c.Close()
}

// byTwo is a client that speaks HTTP/2 over TLS.
func byTwo(t testing.TB, at string) *http.Client {
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // trust is tested elsewhere
		Protocols:       new(http.Protocols), DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", at)
		},
	}
	tr.Protocols.SetHTTP2(true)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 30 * time.Second}
}

// leavesNothing fails a test that has more goroutines at its end than it had here,
// when all else that was to be cleaned up has been.
func leavesNothing(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		wait := time.NewTicker(5 * time.Millisecond)
		defer wait.Stop()
		for left := 2000; runtime.NumGoroutine() > before; left-- {
			if <-wait.C; left == 0 {
				stacks := make([]byte, 1<<20)
				t.Errorf("%d goroutines were %d\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
				return
			}
		}
	})
}
