package daemon

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// lifeline is a socket at which a test listens as long as it lives.
func lifeline(home string) string { return filepath.Join(home, "life") }

// holdLifeline ends every daemon of a home with the test.
func holdLifeline(t *testing.T, home string) {
	t.Helper()
	l, err := net.Listen("unix", lifeline(home))
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
}

// serveAsDaemon is what cli does for limen daemon run.
func serveAsDaemon(args []string) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE)
	if c, err := net.Dial("unix", lifeline(os.Getenv("HOME"))); err == nil {
		go func() { // until the test ends, however it does
			c.Read(make([]byte, 1))
			stop()
		}()
	}
	if err := Run(ctx, Config{}, Terms{Nameless: slices.Contains(args, "--no-names")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
