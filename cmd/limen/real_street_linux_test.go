package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// A street is a directory where projects stand, all with the packages of npm
// that were installed for the tests: Node looks for them in each directory
// above a project.
type street struct{ stage string }

// installed is where .ci/run puts packages of npm.
const installed = "../../.peers/node_modules"

func newStreet(t *testing.T) street {
	t.Helper()
	nettest.NeedPrivate(t)
	s := street{build(t)}
	packages, err := filepath.Abs(installed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(s.stage, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return s
}

// A visit is a limen that runs a real server, and what it has said so far.
type visit struct {
	cmd      *exec.Cmd
	words    *json.Decoder
	network  string
	printed  strings.Builder // by the server, and what limen complains of
	opened   int             // ports
	isBehind bool            // its first process has ended, and others go on
	finished bool
}

// A word is what the test looks at of an event that limen tells.
type word struct {
	Change, Why string
	Launch      *struct {
		Port  uint16
		Named bool
	}
	Opening *struct{ Part, Role, URL string }
	Line    *struct{ Text string }
}

// start builds the project, and has limen run its command there. What was
// printed is shown if the test fails.
func (s street) start(t *testing.T, r real) *visit {
	t.Helper()
	p := s.lay(t, r)
	v := &visit{}
	v.cmd = p.command(append([]string{"limen", "run", "--json"}, strings.Fields(r.command)...)...)
	v.cmd.Stderr = &v.printed
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v.words = json.NewDecoder(out)
	if v.network, err = os.Readlink("/proc/thread-self/ns/net"); err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { v.cmd.Process.Kill() }) // then it fails, and says what it was waiting for
	t.Cleanup(func() {
		late.Stop()
		_ = v.cmd.Process.Kill() // has ended, mostly
		_ = v.cmd.Wait()
		if t.Failed() {
			t.Logf("it printed:\n%s", v.printed.String())
		}
	})
	return v
}

// until hears what limen says until it is as wanted.
func (v *visit) until(t *testing.T, want func(word) bool) word {
	t.Helper()
	for {
		w, err := v.hear()
		if err != nil {
			t.Fatalf("limen says no more: %v, %v", err, v.cmd.Wait())
		}
		if want(w) {
			return w
		}
	}
}

// hear takes in the next that limen says.
func (v *visit) hear() (word, error) {
	var said struct{ Event word }
	err := v.words.Decode(&said)
	switch w := said.Event; w.Change {
	case "printed":
		fmt.Fprintln(&v.printed, w.Line.Text)
	case "opened":
		v.opened++
	case "finished":
		v.finished = true
		v.isBehind = strings.Contains(w.Why, "into the background")
	}
	return said.Event, err
}

// end asks limen to end, and looks that nothing is left in its network.
func (v *visit) end(t *testing.T, s os.Signal) {
	t.Helper()
	if len(inhabitants(t, v.network)) == 0 {
		t.Error("the processes of the server's network cannot be seen")
	}
	if err := v.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := v.hear(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	_ = v.cmd.Wait() // its exit code is the server's
	if !v.finished {
		t.Error("limen has ended, and said nothing of how the server did")
	}
	if left := inhabitants(t, v.network); len(left) > 0 {
		t.Errorf("limen has ended, and %q are left", left)
	}
}

// inhabitants are the command lines of all processes in a network.
func inhabitants(t *testing.T, network string) (all []string) {
	t.Helper()
	for _, pid := range residents(t, network) {
		if words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil {
			all = append(all, strings.ReplaceAll(string(words), "\x00", " "))
		}
	}
	return all
}

// fetch asks for a page as a browser does.
func fetch(t *testing.T, page string) string {
	t.Helper()
	c := dial(page)
	if c == nil {
		t.Fatalf("nobody answers at %s", page)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(page) // dial could
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n", u.Host); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s: %v after %q", page, err, text)
	}
	return string(text)
}

// dial connects to the host of a URL, in the network of the calling thread: a
// name would be looked up, and dialed, on others. localhost is both of its
// addresses, as clients have it. It returns nil if nobody lets in.
func dial(page string) net.Conn {
	u, err := url.Parse(page)
	if err != nil {
		return nil
	}
	hosts := []string{u.Hostname()}
	if u.Hostname() == "localhost" {
		hosts = []string{"127.0.0.1", "::1"}
	}
	for _, host := range hosts {
		if c, err := net.Dial("tcp", net.JoinHostPort(host, u.Port())); err == nil {
			return c
		}
	}
	return nil
}
