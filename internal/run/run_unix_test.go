//go:build linux || darwin || freebsd

package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestARunTellsHowTheProgramEnded(t *testing.T) {
	g := opened(t)
	for script, want := range map[string]Status{
		"exit 0":              {},
		"exit 7":              {Code: 7},
		"kill -KILL $$":       {Code: 137, Signal: "SIGKILL"},
		"kill -TERM $$":       {Code: 143, Signal: "SIGTERM"},
		"exit 255":            {Code: 255},
		"kill -42 $$; exit 1": {Code: 170, Signal: "SIG42"},
	} {
		r, o := started(t, g, shell(script))
		if got := isOver(t, r); got != want {
			t.Errorf("%s: %+v; want %+v", script, got, want)
		}
		o.end()
	}
}

func TestAProgramHasTheStreamsItIsGiven(t *testing.T) {
	g := opened(t)
	in, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	io.WriteString(in, "asked\n")
	in.Seek(0, 0)
	o, w := piped(t)
	p := shell("read line; echo $line; echo aside >&2; [ -t 0 ] || echo none")
	p.Stdin, p.Stdout, p.Stderr = in, w, w
	r, err := g.Start(p)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	for _, want := range []string{"asked", "aside", "none"} {
		if got := o.line(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	o.end()
	isOver(t, r)
}

func TestAProgramWorksWhereAndWithWhatItIsTold(t *testing.T) {
	g := opened(t)
	dir := t.TempDir()
	p := shell(`pwd -P; echo "[$A][$LISTEN_FDS][$LISTEN_PID][$LIMEN_GUARD][$LIMEN_SHIM][$GOGC][$GOMAXPROCS]"; echo "$LIMEN_RUN"`)
	p.Directory = dir
	p.Environment = append(p.Environment, "A=b c", "LISTEN_FDS=3", "LISTEN_PID=1", "LIMEN_RUN=outer:")
	_, o := started(t, g, p)
	real, _ := filepath.EvalSymlinks(dir)
	for _, want := range []string{real, "[b c][][][][][][]"} {
		if got := o.line(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	if got := o.line(); !strings.HasPrefix(got, "outer:") || !strings.HasSuffix(got, ":") || strings.Count(got, ":") != 2 {
		t.Errorf("LIMEN_RUN is %q; want the outer token and one more", got)
	}
}

func TestAProgramHasNothingOpenThatItWasNotGiven(t *testing.T) {
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("needs /dev/fd")
	}
	// What this test was started with without asking is passed on, as by any
	// program that knows nothing of it.
	plain, err := exec.Command("/bin/sh", "-c", "exec ls -C -w 0 /dev/fd").Output()
	if err != nil {
		t.Skipf("needs an ls that writes one line: %v", err)
	}
	g := opened(t)
	for range 3 { // also after others were started
		_, o := started(t, g, shell("exec ls -C -w 0 /dev/fd"))
		if got, want := o.line(), strings.TrimSpace(string(plain)); got != want {
			t.Errorf("descriptors %s are open; want %s", got, want)
		}
		o.end()
	}
}

func TestAProgramThatCannotStartSaysWhy(t *testing.T) {
	g := opened(t)
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	os.WriteFile(plain, []byte("#!/bin/sh\nexit 4\n"), 0o644)
	garbage := filepath.Join(dir, "garbage")
	os.WriteFile(garbage, []byte("no program"), 0o755)
	orphan := filepath.Join(dir, "orphan")
	os.WriteFile(orphan, []byte("#!/no/such/interpreter\n"), 0o755)
	path := []string{"PATH=" + dir}
	for _, c := range []struct {
		name string
		Program
		want      error
		directory bool
	}{
		{"a command that is nowhere", Program{Arguments: []string{"limen-has-none"}, Environment: path}, fs.ErrNotExist, false},
		{"a file that is not there", Program{Arguments: []string{"./none"}, Directory: dir}, fs.ErrNotExist, false},
		{"a file that is no program", Program{Arguments: []string{plain}}, fs.ErrPermission, false},
		{"one of PATH", Program{Arguments: []string{"plain"}, Environment: path}, fs.ErrPermission, false},
		{"a directory", Program{Arguments: []string{dir}}, fs.ErrPermission, false},
		{"a program of no system", Program{Arguments: []string{garbage}}, syscall.ENOEXEC, false},
		{"one without its interpreter", Program{Arguments: []string{orphan}}, fs.ErrNotExist, false},
		{"no directory", Program{Arguments: []string{"/bin/sh"}, Directory: dir + "/none"}, fs.ErrNotExist, true},
		{"a file for a directory", Program{Arguments: []string{"/bin/sh"}, Directory: plain}, syscall.ENOTDIR, true},
	} {
		_, err := g.Start(c.Program)
		var d *DirectoryError
		if !errors.Is(err, c.want) || errors.As(err, &d) != c.directory {
			t.Errorf("%s: %v (%T); want %v", c.name, err, err, c.want)
		}
	}
	for _, p := range []Program{{}, {Arguments: []string{""}}, {Arguments: []string{"a\x00b"}}, {Arguments: []string{"sh"}, Environment: []string{"A=\x00"}}} {
		if _, err := g.Start(p); err == nil {
			t.Errorf("%q was started", p.Arguments)
		}
	}
	_, o := started(t, g, shell("echo fine")) // and the guard goes on
	o.end()
}

func TestACommandIsFoundByThePathAndDirectoryOfTheProgram(t *testing.T) {
	g := opened(t)
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "bin"), 0o755)
	os.WriteFile(filepath.Join(dir, "bin", "greet"), []byte("#!/bin/sh\necho found $0\n"), 0o755)
	for _, p := range []Program{
		{Arguments: []string{"greet"}, Environment: []string{"PATH=/nowhere:" + dir + "/bin"}},
		{Arguments: []string{"greet"}, Directory: dir, Environment: []string{"PATH=bin"}},
		{Arguments: []string{"./greet"}, Directory: dir + "/bin"},
		{Arguments: []string{"bin/greet"}, Directory: dir},
		{Arguments: []string{"greet"}, Directory: dir + "/bin", Environment: []string{"PATH=:/bin"}},
	} {
		_, o := started(t, g, p)
		if got := o.line(); !strings.HasPrefix(got, "found ") {
			t.Errorf("%q: %q", p.Arguments, got)
		}
	}
}

func TestLargeEnvironmentsArriveWhole(t *testing.T) {
	g := opened(t)
	p := shell("echo ${#A0} ${#A9}")
	for i := range 10 {
		p.Environment = append(p.Environment, fmt.Sprintf("A%d=%s", i, strings.Repeat("x", 100_000)))
	}
	_, o := started(t, g, p)
	if got := o.line(); got != "100000 100000" {
		t.Errorf("%q", got)
	}
	p.Environment = append(p.Environment, "B="+strings.Repeat("x", 10<<20))
	if _, err := g.Start(p); !errors.Is(err, syscall.E2BIG) {
		t.Errorf("an environment of 11 MB: %v; want E2BIG", err)
	}
}

func TestAnythingIsAMemberThatCameOfTheProgram(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("sleep 1000 & sleep 1000 & echo ready; wait"))
	o.until("ready")
	ids := members(t, r, 3)
	if !slices.Contains(ids, r.ID()) || r.ID().Birth == 0 {
		t.Errorf("%v; want the program %v among them", ids, r.ID())
	}
	stopped, err := r.Stop(t.Context(), patience)
	if err != nil || len(stopped.Killed) > 0 || len(stopped.Asked) != 3 {
		t.Errorf("%+v, %v; want three that were asked", stopped, err)
	}
	o.end()
	if got := r.Status(); got.Signal != "SIGTERM" {
		t.Errorf("%+v", got)
	}
}

// members waits until a run has so many members.
func members(t *testing.T, r *Run, want int) []limen.ProcessID {
	t.Helper()
	limit := time.Now().Add(patience)
	for {
		ids, err := r.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) == want {
			return ids
		}
		if time.Now().After(limit) {
			t.Fatalf("%d members, %v; want %d", len(ids), ids, want)
		}
	}
}

func TestADaemonBelongsToItsRunAndEndsWithIt(t *testing.T) {
	g := opened(t)
	other, oo := started(t, g, ask("idle"))
	oo.until("idle")
	r, o := started(t, g, ask("daemon", "0", "idle"))
	pid := o.until("idle")
	if got := isOver(t, r); got.Code != 0 {
		t.Fatalf("the program: %+v", got)
	}
	if ids := members(t, r, 1); ids[0].PID != pid {
		t.Errorf("%v; want the daemon, %d", ids, pid)
	}
	members(t, other, 1)
	if _, err := r.Stop(t.Context(), patience); err != nil {
		t.Error(err)
	}
	o.end()
	members(t, other, 1)
}

func TestTheOnlyRunHasEvenWhatHidWell(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, ask("hidden", "0", "stubborn"))
	pid := o.until("stubborn")
	isOver(t, r)
	members(t, r, 1)
	stopped, err := r.Stop(t.Context(), 20*time.Millisecond)
	if err != nil || len(stopped.Killed) != 1 || stopped.Killed[0].PID != pid {
		t.Errorf("%+v, %v; want %d killed", stopped, err, pid)
	}
	o.end()
}

func TestStopKillsWhatIgnoresItAndOnlyAfterGrace(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, ask("stubborn"))
	o.until("stubborn")
	stopped, err := r.Stop(t.Context(), 50*time.Millisecond)
	if err != nil || len(stopped.Asked) != 1 || len(stopped.Killed) != 1 || stopped.After < 50*time.Millisecond {
		t.Errorf("%+v, %v", stopped, err)
	}
	if got := isOver(t, r); got.Signal != "SIGKILL" {
		t.Errorf("%+v", got)
	}
	o.end()
}

func TestStopDoesNotWaitOnceItsContextEnds(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, ask("stubborn"))
	o.until("stubborn")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if stopped, err := r.Stop(ctx, 24*time.Hour); err != nil || len(stopped.Killed) != 1 {
		t.Errorf("%+v, %v", stopped, err)
	}
	o.end()
}

func TestWhatIsStoppedByASignalHearsThatItShallEnd(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("trap 'echo heard; exit 5' TERM; echo ready; kill -STOP $$; while :; do sleep 0.01; done"))
	o.until("ready")
	if stopped, err := r.Stop(t.Context(), patience); err != nil || len(stopped.Killed) > 0 {
		t.Errorf("%+v, %v", stopped, err)
	}
	o.until("heard")
	o.end()
}

func TestWhatMultipliesIsEnded(t *testing.T) {
	g := opened(t)
	for name, script := range map[string]string{
		"children": "trap '' TERM; echo ready; while :; do sleep 1000 & done",
		"orphans":  "trap '' TERM; echo ready; while :; do (sleep 1000 &); done",
		"chain":    `trap '' TERM; f() { i=0; while [ $i -lt 30 ]; do i=$((i+1)); done; f & }; f; echo ready`,
	} {
		r, o := started(t, g, shell(script))
		o.until("ready")
		if stopped, err := r.Stop(t.Context(), 20*time.Millisecond); err != nil {
			t.Errorf("%s: %+v, %v", name, stopped, err)
		}
		o.end()
	}
}

func TestWhatHopsFromSessionToSessionIsEnded(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, ask("hop", "0"))
	o.until("hop")
	if stopped, err := r.Stop(t.Context(), 20*time.Millisecond); err != nil {
		t.Errorf("%+v, %v", stopped, err)
	}
	o.end()
}

func TestAProgramThatEndsIsToldApartFromWhatItLeaves(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell("sleep 1000 & echo ready; exit 3"))
	o.until("ready")
	if got := isOver(t, r); got.Code != 3 {
		t.Errorf("%+v", got)
	}
	members(t, r, 1)
	if err := r.Signal(syscall.SIGTERM); err != nil { // which now reaches what is left
		t.Error(err)
	}
	o.end()
	members(t, r, 0)
	if err := r.Signal(syscall.SIGTERM); !errors.Is(err, ErrOver) {
		t.Errorf("%v; want that it is over", err)
	}
	if stopped, err := r.Stop(t.Context(), patience); err != nil || len(stopped.Asked) > 0 {
		t.Errorf("%+v, %v; want nothing to be done", stopped, err)
	}
}

func TestASignalReachesTheWholeGroup(t *testing.T) {
	g := opened(t)
	r, o := started(t, g, shell(`(trap 'echo child; exit' USR1; echo ready; while :; do sleep 0.01; done) 2>/dev/null &
		trap 'echo parent; wait; exit 9' USR1; echo ready; while :; do sleep 0.01; done`))
	o.until("ready")
	o.until("ready")
	if err := r.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	got := []string{o.line(), o.line()}
	slices.Sort(got)
	if !slices.Equal(got, []string{"child", "parent"}) {
		t.Errorf("%q", got)
	}
	if got := isOver(t, r); got.Code != 9 {
		t.Errorf("%+v", got)
	}
}

func TestASocketIsHandedOverAsSystemdDoes(t *testing.T) {
	g := opened(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for range 2 { // the second run takes the socket over
		p := ask("served")
		p.Environment = append(p.Environment, "LISTEN_FDS=9", "LISTEN_FDNAMES=old")
		p.Sockets = []Socket{{File: file, Name: "http"}, {File: file}}
		r, o := started(t, g, p)
		if got := o.line(); got != "served true 2 http:unknown true" {
			t.Errorf("%q", got)
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		c.Close()
		if want := fmt.Sprintf("hello from %d\n", r.ID().PID); string(b) != want {
			t.Errorf("%q, %v; want %q", b, err, want)
		}
		if _, err := r.Stop(t.Context(), patience); err != nil {
			t.Error(err)
		}
		o.end()
	}
	p := Program{Arguments: []string{"./garbage"}, Directory: t.TempDir(), Sockets: []Socket{{File: file}}}
	os.WriteFile(filepath.Join(p.Directory, "garbage"), []byte("no program"), 0o755)
	if _, err := g.Start(p); !errors.Is(err, syscall.ENOEXEC) {
		t.Errorf("a program of no system: %v", err)
	}
	p.Sockets[0].Name = "a:b"
	if _, err := g.Start(p); err == nil {
		t.Error("a name with a colon was taken")
	}
}

func TestManyProgramsShareAGuard(t *testing.T) {
	g := opened(t)
	runs := make([]*Run, 50)
	outs := make([]*output, 50)
	done := make(chan int)
	for i := range runs {
		o, w := piped(t)
		outs[i] = o
		go func() {
			defer func() { done <- i }()
			p := shell(fmt.Sprintf("sleep 1000 & echo ready; wait; exit %d", i))
			p.Stdout = w
			var err error
			if runs[i], err = g.Start(p); err != nil {
				t.Error(err)
			}
			w.Close()
		}()
	}
	for range runs {
		<-done
	}
	for i, r := range runs {
		if r == nil {
			t.FailNow()
		}
		outs[i].until("ready")
	}
	for _, r := range runs {
		members(t, r, 2)
	}
	if _, err := runs[17].Stop(t.Context(), patience); err != nil {
		t.Error(err)
	}
	outs[17].end()
	for i, r := range runs {
		if i != 17 {
			members(t, r, 2)
		}
	}
	if err := g.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for i, o := range outs {
		o.end()
		isOver(t, runs[i])
	}
	if _, err := g.Start(shell("exit")); !errors.Is(err, ErrLost) {
		t.Errorf("a start after the end: %v", err)
	}
}
