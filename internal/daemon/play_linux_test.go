package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/limenhq/limen/internal/wire"
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

// deafKey is a variable that makes a daemon one that answers nothing, and does not
// end when it is told to.
const deafKey = "LIMEN_TEST_DEAF"

// crashKey is a variable that makes a daemon crash at its start.
const crashKey = "LIMEN_TEST_CRASH"

func listenAndHearNothing() (code int) {
	signal.Ignore(syscall.SIGTERM)
	socket, err := Config{}.newHost().DaemonSocket()
	if err == nil {
		_, err = wire.Listen(socket)
	}
	fmt.Println(err)
	c, err := net.Dial("unix", lifeline(os.Getenv("HOME")))
	if err != nil {
		return 1
	}
	c.Read(make([]byte, 1)) // until the test ends
	return 0
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
	if os.Getenv(crashKey) != "" {
		panic("as the test wants it")
	}
	if os.Getenv(deafKey) != "" {
		return listenAndHearNothing()
	}
	if err := Run(ctx, Config{}, Terms{Nameless: slices.Contains(args, "--no-names")}); errors.Is(err, ErrTold) {
		return 1
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
