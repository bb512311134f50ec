package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A served is a folder that the program serves.
type served struct {
	folder  string
	address string // of the listener, without a scheme
	process *os.Process
}

// serveFolder starts limen serve, and returns when it answers. It ends with
// the test, and must end well.
func serveFolder(t testing.TB, folder string, args ...string) *served {
	t.Helper()
	port := freePort(t)
	cmd := exec.Command(os.Args[0], append([]string{"serve", folder, "--port", port, "--color", "never"}, args...)...)
	cmd.Args[0] = "limen" // TestMain is the program where it has its name
	cmd.Env = append(os.Environ(), "HOME="+filepath.Dir(folder), "GORACE=atexit_sleep_ms=0")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil || !strings.Contains(line, "serving") && !strings.Contains(line, "opened") {
		cmd.Process.Kill()
		cmd.Wait()
		t.Fatalf("limen serve says %q, %s%v", line, said.String(), err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines.WriteTo(discard{}) // the access log
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		<-done
		if err := cmd.Wait(); err != nil {
			t.Errorf("limen serve ended with %v and said:\n%s", err, said.String())
		}
	})
	return &served{folder: folder, address: "127.0.0.1:" + port, process: cmd.Process}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// freePort is a port that nobody has.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

func makePipe(t testing.TB, name string) {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something that takes a moment.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for !is() {
		select {
		case <-limit:
			t.Fatalf("%s: not so after 30 s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
