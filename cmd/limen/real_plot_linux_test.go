package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/limenhq/limen/internal/nettest"
)

// A plot is a project with a home and a network of its own.
type plot struct {
	project string // its directory
	dir     string // where commands are typed, there or below
	home    string
	env     []string
}

// lay builds a project, and moves the test into a network of its own.
func (s street) lay(t *testing.T, r real) plot {
	t.Helper()
	s.need(t, r.needs)
	nettest.Enter(t)
	sweep(t)
	return s.build(t, r)
}

// build builds a project in the network that the test is in.
func (s street) build(t *testing.T, r real) plot {
	t.Helper()
	ground, err := os.MkdirTemp(s.stage, r.project)
	if err != nil {
		t.Fatal(err)
	}
	p := plot{project: filepath.Join(ground, r.project), home: filepath.Join(ground, "home")}
	files, err := txtar.ParseFile(filepath.Join("testdata/real", r.project+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := txtar.FS(files)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(p.project, all); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(p.home, 0o755); err != nil {
		t.Fatal(err)
	}
	p.dir = filepath.Join(p.project, filepath.FromSlash(r.folder))
	p.env = []string{
		// A distribution's own Python is the one that has its packages.
		"PATH=" + filepath.Join(s.stage, "bin") + ":/usr/sbin:/usr/bin:/sbin:/bin:" + os.Getenv("PATH"),
		"HOME=" + p.home, "TMPDIR=" + p.home, "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}
	return p
}

// need skips the test if there is no such program, or package of npm.
func (s street) need(t *testing.T, needs string) {
	t.Helper()
	name, isPackage := strings.CutPrefix(needs, "npm:")
	if !isPackage {
		nettest.Need(t, name)
	} else if _, err := os.Stat(filepath.Join(s.stage, "node_modules", name, "package.json")); err != nil {
		nettest.Skip(t, "needs the package "+name+" of npm, which .ci/run peers installs")
	} else {
		nettest.Need(t, "npm")
	}
}

// command is a program of the plot's, which env finds as the plot's own
// variables say.
func (p plot) command(words ...string) *exec.Cmd {
	c := exec.Command("/usr/bin/env", words...)
	c.Dir, c.Env = p.dir, p.env
	return c
}

// answer runs a program that ends by itself, and returns what it writes.
func (p plot) answer(t *testing.T, words ...string) []byte {
	t.Helper()
	c := p.command(words...)
	var complaints strings.Builder
	c.Stderr = &complaints
	text, err := c.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s%s", words, err, text, complaints.String())
	}
	return text
}

// begin starts a server of the plot's. What it prints is shown if the test
// fails.
func (p plot) begin(t *testing.T, command string) {
	t.Helper()
	printed, err := os.Create(filepath.Join(p.home, "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	c := p.command(strings.Fields(command)...)
	c.Stdout, c.Stderr = printed, printed
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // has ended, if it went into the background
		_ = c.Wait()
		if text, err := os.ReadFile(printed.Name()); t.Failed() {
			t.Logf("it printed:\n%s %v", text, err)
		}
	})
}

// sweep ends whatever a test leaves behind in its network.
func sweep(t *testing.T) {
	t.Helper()
	network, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for all := residents(t, network); len(all) > 0; all = residents(t, network) {
			for _, pid := range all {
				end(pid, network)
			}
		}
	})
}

// residents are the processes in a network, without this one.
func residents(t *testing.T, network string) (all []int) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(link)))) // are digits
		if at, err := os.Readlink(link); err == nil && at == network && pid != os.Getpid() {
			all = append(all, pid)
		}
	}
	return all
}

// end kills a process of a network, and nobody who has its number by now.
func end(pid int, network string) {
	p, err := os.FindProcess(pid) // a pidfd
	if err != nil {
		return
	}
	defer p.Release()
	if at, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid)); err == nil && at == network {
		_ = p.Kill() // has ended, or ends
	}
}
