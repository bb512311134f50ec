package relay

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// startRedis starts a Redis of its own at a port, and returns how to end it. It
// may not be ready yet: whoever connects through a relay waits for it there.
func startRedis(t *testing.T, port int) (stop func()) {
	t.Helper()
	cmd := exec.Command(nettest.Need(t, "redis-server"), "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "")
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cmd.Process.Signal(syscall.SIGKILL)
			cmd.Wait()
		}
	}
	t.Cleanup(stop)
	return stop
}

// A client speaks RESP in its inline form, as a person with telnet would.
type client struct {
	net.Conn
	answers *bufio.Scanner
}

func connect(t *testing.T, at netip.AddrPort) *client {
	t.Helper()
	c := dial(t, at.String())
	return &client{c, bufio.NewScanner(c)}
}

func (c *client) ask(t *testing.T, command string) string {
	t.Helper()
	fmt.Fprintf(c, "%s\r\n", command)
	if !c.answers.Scan() {
		t.Fatalf("%s: no answer: %v", command, c.answers.Err())
	}
	answer := c.answers.Text()
	if strings.HasPrefix(answer, "$") && c.answers.Scan() {
		return c.answers.Text()
	}
	return answer
}

func TestTwoProjectsHaveTheirRedisAtTheSamePortAtOnce(t *testing.T) {
	nettest.NeedPrivate(t)
	stops := map[string]func(){}
	places := map[string]netip.AddrPort{}
	for i, project := range []string{"/work/shop", "/work/blog"} {
		port := 16001 + i
		stops[project] = startRedis(t, port)
		a, err := Address(project, nil)
		if err != nil {
			t.Fatal(err)
		}
		places[project] = netip.AddrPortFrom(a, 6379)
		l, err := Listen(t.Context(), places[project])
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		relay := &Relay{Patience: time.Minute, Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprint("127.0.0.1:", port))
		}}
		go func() { done <- relay.Serve(ctx, l) }()
		t.Cleanup(func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	for project, at := range places {
		if got := connect(t, at).ask(t, "SET whose "+project); got != "+OK" {
			t.Fatalf("%s: SET: %q", project, got)
		}
	}
	for project, at := range places {
		c := connect(t, at)
		if got := c.ask(t, "PING"); got != "+PONG" {
			t.Errorf("%s: PING: %q", project, got)
		}
		if got := c.ask(t, "GET whose"); got != project {
			t.Errorf("the Redis at %v is that of %q; want %s", at, got, project)
		}
	}

	// One is started again while somebody connects: that waits, and is answered.
	stops["/work/shop"]()
	c := connect(t, places["/work/shop"])
	fmt.Fprint(c, "PING\r\n")
	startRedis(t, 16001)
	if !c.answers.Scan() || c.answers.Text() != "+PONG" {
		t.Errorf("after a restart: %q, %v", c.answers.Text(), c.answers.Err())
	}
}
