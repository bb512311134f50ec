package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/limenhq/limen/internal/cli"
	"github.com/limenhq/limen/internal/nettest"
)

// scripts are the tests: each is a story about the whole program, told in
// testdata/script, where README says how.
const scripts = "testdata/script"

var update = flag.Bool("update", false, "write what limen says now into the scripts")

// A mode is a way to have limen answer. Every script must pass in each,
// because callers cannot tell where their answer comes from.
type mode struct {
	name  string
	setup func(*testscript.Env) error // what the mode needs; nil for nothing
}

var modes = []mode{
	{name: "one-shot"},
	{name: "daemon", setup: startDaemon},
}

// alone are the scripts that no daemon runs beside, each for its reason.
var alone = map[string]string{}

// TestMain is the program itself where a script calls it by its name.
func TestMain(m *testing.M) {
	if code, entered := cli.Enter(); entered { // under whatever name
		os.Exit(code)
	}
	if filepath.Base(os.Args[0]) == "limen" {
		main()
		os.Exit(0)
	}
	os.Exit(nettest.Main(m))
}

func TestScripts(t *testing.T) {
	nettest.NeedPrivate(t)
	stage := build(t)
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			work := filepath.Join(stage, m.name)
			if err := os.Mkdir(work, 0o755); err != nil {
				t.Fatal(err)
			}
			testscript.Run(t, testscript.Params{
				Files:               m.scripts(t),
				Cmds:                commands,
				Setup:               func(env *testscript.Env) error { return m.prepare(env, filepath.Join(stage, "bin")) },
				WorkdirRoot:         work,
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
			})
		})
	}
}

// scripts are those that pass in a mode.
func (m mode) scripts(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for name := range alone {
		if !slices.Contains(all, filepath.Join(scripts, name+".txtar")) {
			t.Errorf("no daemon may run beside the script %s, and there is none of this name", name)
		}
	}
	if m.setup == nil {
		return all
	}
	return slices.DeleteFunc(all, func(file string) bool {
		return alone[strings.TrimSuffix(filepath.Base(file), ".txtar")] != ""
	})
}

// build makes the directory that the scripts play in, with the program at
// bin/limen. Every user can reach it, which is not so for the directories that
// testing and testscript make.
func build(t *testing.T) (stage string) {
	t.Helper()
	stage, err := os.MkdirTemp("", "limen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(stage) })
	bin := filepath.Join(stage, "bin")
	if err := errors.Join(os.Chmod(stage, 0o755), os.Mkdir(bin, 0o755)); err != nil {
		t.Fatal(err)
	}
	nettest.Install(t, filepath.Join(bin, "limen"))
	return stage
}

// prepare gives a script its own network, home and environment.
func (m mode) prepare(env *testscript.Env, bin string) error {
	t, ok := env.T().(testing.TB)
	if !ok {
		return fmt.Errorf("testscript gives no testing.TB but %T", env.T())
	}
	nettest.Enter(t)
	env.Values[storyKey{}] = newStory(t)
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	t.Cleanup(func() { endRunners(home) })
	for _, v := range [][2]string{
		{"PATH", bin + string(filepath.ListSeparator) + os.Getenv("PATH")},
		{"HOME", home},
		{"TZ", "UTC"},
		{"GORACE", "atexit_sleep_ms=0"}, // the race detector would wait a second before each end
		{"me", me()},
		{"uid", strconv.Itoa(os.Geteuid())},
	} {
		env.Setenv(v[0], v[1])
	}
	env.Defer(func() { stopDaemon(env) })
	if m.setup == nil {
		return nil
	}
	return m.setup(env)
}

// startDaemon starts a daemon in the network and the home of a script. It has no
// doors, which would be among what the script lists.
func startDaemon(env *testscript.Env) error {
	c := exec.Command(filepath.Join(binOf(env), "limen"), "daemon", "run", "--no-names", "--json")
	c.Env, c.Dir, c.Stderr = env.Vars, "/", os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	env.Defer(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // has ended, if the script has ended it
		_ = c.Wait()
	})
	return json.NewDecoder(out).Decode(new(any)) // it says how it is as soon as it answers
}

// stopDaemon ends a daemon that a script has left there, as one does that limen
// has started by itself.
func stopDaemon(env *testscript.Env) {
	if _, err := os.Stat(filepath.Join(env.Getenv("HOME"), ".local", "state", "limen")); err != nil {
		return // no limen has kept anything there
	}
	c := exec.Command(filepath.Join(binOf(env), "limen"), "daemon", "stop")
	c.Env, c.Dir = env.Vars, "/"
	_ = c.Run() // none runs, mostly
}

// binOf is the directory of the program that a script plays with.
func binOf(env *testscript.Env) string {
	bin, _, _ := strings.Cut(env.Getenv("PATH"), string(filepath.ListSeparator))
	return bin
}

// endRunners ends the limens in the background that a script has left there, as
// one does that fails before it comes to limen down.
func endRunners(home string) {
	sockets, _ := filepath.Glob(filepath.Join(home, ".local", "state", "limen", "run", "*.sock")) // a long path has another place
	for _, socket := range sockets {
		pid, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(socket), ".sock"))
		if err != nil {
			continue
		}
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Signal(syscall.SIGTERM) // has ended, mostly
		}
	}
}

// A story is what a script has brought about so far.
type story struct {
	t     testing.TB
	peers map[string]*nettest.Process // by the names that the script gave them
	said  map[string]string           // variables that differ from run to run
}

type storyKey struct{}

func newStory(t testing.TB) *story {
	return &story{t: t, peers: map[string]*nettest.Process{}, said: map[string]string{}}
}

func storyOf(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// say sets a variable of the script.
func (s *story) say(ts *testscript.TestScript, name, value string) {
	ts.Setenv(name, value)
	s.said[name] = value
}

// me names the user that runs the tests as limen does: by the line of
// /etc/passwd, or by number where there is none.
func me() string {
	uid := strconv.Itoa(os.Geteuid())
	lines, _ := os.ReadFile("/etc/passwd")
	for line := range strings.Lines(string(lines)) {
		if f := strings.Split(line, ":"); len(f) > 2 && f[2] == uid {
			return f[0]
		}
	}
	return uid
}
