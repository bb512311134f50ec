package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/limenhq/limen/internal/nettest"
)

// commands are what scripts can say beside what testscript knows.
var commands = map[string]func(ts *testscript.TestScript, neg bool, words []string){
	"address":   address,
	"as":        as,
	"exits":     exits,
	"golden":    golden,
	"json":      checkJSON,
	"need":      need,
	"needroot":  needRoot,
	"portlist":  portList,
	"stoppeers": stopPeers,
	"sysctl":    sysctl,
	"timewait":  timeWait,

	// Programs.
	"deaf":     start("deaf"),
	"bound":    start("bound"),
	"listen":   start("listen"),
	"outgoing": start("outgoing"),

	// The manners that may stand before one.
	"args":    start("args"),
	"deleted": start("deleted"),
	"dropped": start("dropped"),
	"indir":   start("indir"),
	"named":   start("named"),
	"netns":   start("netns"),
	"orphan":  start("orphan"),
	"prefork": start("prefork"),
	"with":    start("with"),
}

// as runs a command as another user: as nobody exec limen list.
func as(ts *testscript.TestScript, neg bool, words []string) {
	if len(words) < 3 || words[1] != "exec" {
		ts.Fatalf("write it as: as USER exec PROGRAM [argument...]")
	}
	nettest.NeedRoot(storyOf(ts).t)
	if words[0] != "nobody" {
		ts.Fatalf("only nobody is a user of every machine, and %q is not", words[0])
	}
	cmd := command(ts, words[2:])
	runAs(cmd, nobody)
	// What limen covers of itself goes where this user may write.
	cover := filepath.Join(ts.Getenv("WORK"), ".cover")
	ts.Check(os.MkdirAll(cover, 0o777))
	ts.Check(os.Chmod(cover, 0o777))
	cmd.Env = append(cmd.Env, "GOCOVERDIR="+cover)
	if code := run(ts, cmd); (code == 0) == neg {
		ts.Fatalf("it exits with %d", code)
	}
}

// needRoot skips a script that only root can play.
func needRoot(ts *testscript.TestScript, _ bool, _ []string) { nettest.NeedRoot(storyOf(ts).t) }

// need skips a script that plays with a program that is not there.
func need(ts *testscript.TestScript, _ bool, programs []string) {
	for _, p := range programs {
		nettest.Need(storyOf(ts).t, p)
	}
}

// exits runs a command and compares its exit code: exits 2 limen why foo.
func exits(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) < 2 {
		ts.Fatalf("write it as: exits CODE PROGRAM [argument...]")
	}
	want, err := strconv.Atoi(words[0])
	ts.Check(err)
	cmd := command(ts, words[1:])
	if code := run(ts, cmd); code != want {
		ts.Fatalf("it exits with %d, want %d", code, want)
	}
}

// passedOn are the variables that programs get which testscript does not
// start. It gives its environment away by name only.
var passedOn = []string{"PATH", "HOME", "TZ", "GOCOVERDIR", "GORACE", "NO_COLOR", "TERM", "LIMEN_DAEMON"}

// command is a program in the script's directory and environment.
func command(ts *testscript.TestScript, words []string) *exec.Cmd {
	cmd := exec.Command(words[0], words[1:]...)
	if words[0] == "limen" {
		// exec.Command looks along the test's own path.
		first, _, _ := strings.Cut(ts.Getenv("PATH"), string(filepath.ListSeparator))
		cmd.Path, cmd.Err = filepath.Join(first, "limen"), nil
	}
	cmd.Dir = ts.MkAbs(".")
	for _, name := range passedOn {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	return cmd
}

// run runs a command and returns its exit code.
func run(ts *testscript.TestScript, cmd *exec.Cmd) int {
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		ts.Fatalf("%v", err)
	}
	return cmd.ProcessState.ExitCode()
}
