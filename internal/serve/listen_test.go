package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// listening serves a folder at a port of its own until the test ends.
func listening(t testing.TB, c Config) (address string, stop func() error) {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	var came error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			came = errors.Join(<-ended, s.Close())
		}
		return came
	}
	t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

func TestOnePortSpeaksBothAndBothVersions(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "a.txt"), "hello")
	address, _ := listening(t, Config{Root: root})
	for scheme, want := range map[string]int{"http": 1, "https": 2} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
		answer, err := (&http.Client{Transport: transport}).Get(scheme + "://" + address + "/a.txt")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		transport.CloseIdleConnections()
		if err != nil || string(body) != "hello" || answer.ProtoMajor != want {
			t.Errorf("%s: HTTP/%d, %q, %v; want HTTP/%d", scheme, answer.ProtoMajor, body, err, want)
		}
	}
}

func TestASilentClientKeepsNobodyWaiting(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "a.txt"), "hello")
	address, _ := listening(t, Config{Root: root})
	for range 50 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if _, body := fetch(t, "http://"+address+"/a.txt"); body != "hello" {
		t.Errorf("it was %q", body)
	}
}

func TestWhatWasBegunIsFinishedWhenServingEnds(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "large"), strings.Repeat("x", 8<<20))
	address, stop := listening(t, Config{Root: root})
	answer, err := http.Get("http://" + address + "/large")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	n, err := io.Copy(io.Discard, answer.Body)
	if err != nil || n != 8<<20 {
		t.Errorf("%d bytes came, and %v", n, err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("serving ended with %v", err)
	}
}

func TestServingLeavesNothingBehind(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "a.txt"), "hello")
	before := runtime.NumGoroutine()
	address, stop := listening(t, Config{Root: root, Reload: true})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for _, scheme := range []string{"http", "https"} {
		answer, err := client.Get(scheme + "://" + address + "/a.txt")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	client.CloseIdleConnections()
	stop()
	limit := time.After(20 * time.Second)
	for runtime.NumGoroutine() > before {
		select {
		case <-limit:
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines are left of %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		case <-time.After(time.Millisecond):
		}
	}
}
