package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// windows has limen be met on Windows, for which .ci/run has a step: Wine takes
// half a minute, and a busy machine sometimes makes it stand still.
var windows = flag.Bool("windows", false, "run limen for Windows under Wine")

func TestLimenRunsOnWindows(t *testing.T) {
	if !*windows {
		t.Skip("only with -windows, as .ci/run windows does")
	}
	w := newWine(t)
	t.Run("tests", w.runTests)
	t.Run("limen", w.runLimen)
	t.Run("service", w.runService)
}

// runTests runs every test that only Windows has.
func (w wine) runTests(t *testing.T) {
	files, err := filepath.Glob("../../internal/*/*_windows_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests for Windows: %v", err)
	}
	names := map[string][]string{} // by directory
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(t `).FindAllStringSubmatch(string(text), -1) {
			names[filepath.Dir(file)] = append(names[filepath.Dir(file)], found[1])
		}
	}
	for dir, tests := range names {
		out := w.run(t, w.build(t, filepath.Base(dir), "test", "-c", dir), "-test.v", "-test.run", "^("+strings.Join(tests, "|")+")$")
		for _, test := range tests {
			if !strings.Contains(out, "--- PASS: "+test+" ") {
				t.Errorf("%s: %s did not pass:\n%s", dir, test, out)
			}
		}
	}
}

// runLimen asks limen.exe about a listener outside of Wine and a client inside.
func (w wine) runLimen(t *testing.T) {
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	limenExe, client := w.build(t, "limen", "build", "."), w.build(t, "client", "build", "./testdata/wine/client.go")
	ctx, end := context.WithTimeoutCause(t.Context(), wineTime, errStandstill)
	t.Cleanup(end)
	c := w.command(ctx, client, "127.0.0.1:3000")
	in, _ := c.StdinPipe()
	out, _ := c.StdoutPipe()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	said, _ := bufio.NewReader(out).ReadString('\n')
	port := strings.TrimSpace(said)
	if _, err := strconv.Atoi(port); err != nil {
		t.Fatalf("the client says %q; %v", said, context.Cause(ctx))
	}

	var list struct {
		Listeners   []struct{ Endpoint string }
		Connections []struct {
			Local  string
			Owners []struct {
				Proof   string
				Process struct {
					Birth            uint64
					Name, Executable string
					Command          []string
					User             struct{ Name string }
				}
			}
		}
		Gaps []struct{ What string }
	}
	w.ask(t, &list, limenExe, "list", "--all", "--json")
	if len(list.Listeners) != 1 || list.Listeners[0].Endpoint != "tcp/127.0.0.1:3000" || len(list.Gaps) == 0 {
		t.Errorf("listeners %v, gaps %v; want the one on port 3000, and that nobody is named for it", list.Listeners, list.Gaps)
	}
	found := false
	for _, c := range list.Connections {
		if c.Local != "tcp/127.0.0.1:"+port {
			continue
		}
		found = len(c.Owners) == 1
		for _, o := range c.Owners {
			if p := o.Process; o.Proof != "proved" || p.Name != "client" || !strings.HasSuffix(p.Executable, `\client.exe`) ||
				p.Birth == 0 || len(p.Command) != 2 || p.User.Name == "" {
				t.Errorf("the connection belongs to %+v; want client.exe, with all that is known of it", o)
			}
		}
	}
	if !found {
		t.Errorf("connections %+v; want one from port %s with its owner", list.Connections, port)
	}

	for port, free := range map[string]bool{"3000": false, "3001": true} {
		var v struct {
			Free, Tried bool
			Causes      []struct{ Kind string }
		}
		w.ask(t, &v, limenExe, "why", "--json", port)
		if v.Free != free || !v.Tried || free != (len(v.Causes) == 0) {
			t.Errorf("why %s: %+v; want free %v", port, v, free)
		}
	}
}

// runService asks limen.exe about a port that a service of Windows has.
func (w wine) runService(t *testing.T) {
	limenExe, program := w.build(t, "limen", "build", "."), w.build(t, "service", "build", "./testdata/wine/service.go")
	w.run(t, "sc", "create", "limentest", "binPath=", `Z:`+strings.ReplaceAll(program, "/", `\`)+" 127.0.0.1:3100")
	w.run(t, "net", "start", "limentest") // which waits until it runs
	defer func() {
		// Where Wine is too busy to, its end stops the service.
		ctx, end := context.WithTimeout(t.Context(), wineTime)
		defer end()
		if out, err := w.command(ctx, "net", "stop", "limentest").Output(); err != nil {
			t.Logf("net stop limentest: %v\n%s", err, out)
		}
	}()

	var v struct {
		Free   bool
		Next   string
		Causes []struct {
			Kind, Endpoint string
			Blocks         bool
			Owners         []struct {
				Process struct{ Name string }
				Keeper  struct{ Kind, Name string }
			}
		}
	}
	w.ask(t, &v, limenExe, "why", "--json", "3100")
	if v.Free || len(v.Causes) == 0 || len(v.Causes[0].Owners) != 1 || !strings.HasSuffix(v.Next, "net stop limentest") {
		t.Fatalf("%+v; want it taken by the service, and how that is stopped", v)
	}
	if o := v.Causes[0].Owners[0]; o.Process.Name != "service" || o.Keeper.Kind != "windows-service" || o.Keeper.Name != "limentest" {
		t.Errorf("the owner is %+v; want the service limentest", o)
	}
	if news := w.run(t, limenExe, "watch", "--until", "3100", "--json"); !strings.Contains(news, "127.0.0.1:3100") {
		t.Errorf("watch says %q; want that the service listens", news)
	}
	text := w.run(t, limenExe, "why", "3100")
	for _, word := range []string{"service (pid ", "limentest", "next: "} {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in:\n%s", word, text)
		}
	}
	for _, word := range []string{"sudo", " kill "} {
		if strings.Contains(text, word) {
			t.Errorf("Windows does not know %q:\n%s", word, text)
		}
	}
}

// ask decodes what a program says.
func (w wine) ask(t *testing.T, answer any, args ...string) {
	t.Helper()
	if err := json.Unmarshal([]byte(w.run(t, args...)), answer); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}
