package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// A wine runs programs built for Windows, on a machine of its own.
type wine struct {
	program string
	env     []string
	dir     string // where programs are built
}

// newWine makes the machine, and shuts it down with the test.
func newWine(t *testing.T) wine {
	t.Helper()
	nettest.NeedPrivate(t)
	needModules(t)
	w := wine{program: nettest.Need(t, "wine"), dir: t.TempDir()}
	prefix := filepath.Join(w.dir, "prefix")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "LIMEN_") { // nor what nettest says of itself
			w.env = append(w.env, v)
		}
	}
	// No log, and no offer to fetch a browser and .NET.
	w.env = append(w.env, "WINEPREFIX="+prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "LIMEN_TEST=strict")
	server := nettest.Need(t, "wineserver")
	t.Cleanup(func() {
		for _, how := range []string{"-k", "-w"} { // kill, and wait until it is gone
			ctx, end := context.WithTimeout(context.Background(), wineTime)
			defer end()
			stop := exec.CommandContext(ctx, server, how)
			stop.Env = w.env
			stop.Run()
		}
	})
	w.run(t, "wineboot", "--init")
	addRandomness(t, filepath.Join(prefix, "drive_c", "windows", "system32"))
	return w
}

// needModules skips the test where limen cannot be built without a network.
func needModules(t *testing.T) {
	t.Helper()
	c := exec.CommandContext(t.Context(), nettest.Need(t, "go"), "list", "-deps", ".")
	c.Env = append(os.Environ(), "GOOS=windows", "GOPROXY=off")
	if err := c.Run(); err != nil {
		nettest.Skip(t, "needs the modules that limen is built from, downloaded")
	}
}

// wineTime is how long a program may take under Wine. None takes more than some
// seconds, but Wine itself stands still now and then while it begins or ends.
const wineTime = 90 * time.Second

// errStandstill is that it does.
var errStandstill = errors.New("wine stands still")

// command returns a program that is not started yet. It is ended with ctx, and
// so is what it has started, as far as that keeps its output open.
func (w wine) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, w.program, args...)
	c.Env, c.Dir, c.Stderr, c.WaitDelay = w.env, w.dir, os.Stderr, 5*time.Second
	return c
}

// run runs a program and returns what it said.
func (w wine) run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, end := context.WithTimeoutCause(t.Context(), wineTime, errStandstill)
	defer end()
	out, err := w.command(ctx, args...).Output()
	if err != nil {
		t.Fatalf("%v: %v, %v\n%s", args, context.Cause(ctx), err, out)
	}
	return string(out)
}

// build builds for Windows with the go command.
func (w wine) build(t *testing.T, name string, args ...string) (file string) {
	t.Helper()
	file = filepath.Join(w.dir, name+".exe")
	c := exec.CommandContext(t.Context(), "go", append(args[:len(args)-1:len(args)-1], "-o", file, args[len(args)-1])...)
	c.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return file
}

// addRandomness gives Wine the library that Go's runtime has its randomness
// from, which Wine has itself only since version 9. It has no code: its one
// function is another name for one that Wine always had.
func addRandomness(t *testing.T, system32 string) {
	t.Helper()
	file := filepath.Join(system32, "bcryptprimitives.dll")
	if _, err := os.Stat(file); err == nil {
		return
	}
	if err := os.WriteFile(file, forwarder("bcryptprimitives.dll", "ProcessPrng", "advapi32.SystemFunction036"), 0o644); err != nil {
		t.Fatal(err)
	}
}
