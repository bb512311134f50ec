package keeper

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// These tests start the real keepers, each with one program that tells its PID
// through a pipe, and look at that program.

// need returns the path of a program, or skips the test.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

// A birth is a pipe in the file system through which a program tells that it
// runs, and another whose end tells it that the test has ended.
type birth struct {
	path string
	r    *os.File
}

func newBirth(t *testing.T) birth {
	t.Helper()
	b := birth{path: filepath.Join(t.TempDir(), "born")}
	b.r = pipe(t, b.path)
	pipe(t, b.path+".end")
	return b
}

// pipe makes a pipe and opens it for both, so that it neither waits for a
// writer nor ends with one.
func pipe(t *testing.T, path string) *os.File {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// command is a shell's line that tells its PID, and then waits as the same
// process until the test ends, even by a signal.
func (b birth) command() string {
	return fmt.Sprintf("exec 3<%[1]s.end; echo $$ >%[1]s; read x <&3", b.path)
}

// subject waits for the program, and returns what the kernel says of it.
func (b birth) subject(t *testing.T) Subject {
	t.Helper()
	b.r.SetReadDeadline(time.Now().Add(30 * time.Second)) // a keeper that never starts it
	line, err := bufio.NewReader(b.r).ReadString('\n')
	if err != nil {
		t.Fatalf("the program was not started: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	s := Subject{
		Command: arguments,
		Environ: func(keys ...string) map[string]string {
			m := map[string]string{}
			for _, line := range zeros(fmt.Sprintf("/proc/%d/environ", pid)) {
				for _, k := range keys {
					if v, ok := strings.CutPrefix(line, k+"="); ok {
						m[k] = v
					}
				}
			}
			return m
		},
	}
	s.Process.ProcessID = limen.ProcessID{PID: pid, Birth: 1}
	for p := parent(t, pid); p > 0; p = parent(t, p) {
		s.Process.Ancestors = append(s.Process.Ancestors, limen.Ancestor{ProcessID: limen.ProcessID{PID: p, Birth: 1}})
		if p == os.Getpid() {
			break // what runs the tests is not their subject
		}
	}
	return s
}

func arguments(pid int) []string { return zeros(fmt.Sprintf("/proc/%d/cmdline", pid)) }

// zeros reads a file of strings that each end with a zero byte.
func zeros(file string) []string {
	b, err := os.ReadFile(file)
	if err != nil || len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
}

func parent(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := lastCut(string(b), ")") // the name before it may hold anything
	ppid, err := strconv.Atoi(strings.Fields(rest)[1])
	if err != nil {
		t.Fatal(err)
	}
	return ppid
}

// keep starts a keeper, and ends it with the test.
func keep(t *testing.T, dir, program string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	// None of the sessions that the tests themselves may run in.
	for _, v := range os.Environ() {
		if k, _, _ := strings.Cut(v, "="); k != "TMUX" && k != "STY" && k != "SSH_CONNECTION" && k != "TERM_PROGRAM" && k != "PS" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	return cmd
}

// finds checks that exactly one keeper is found, and that it is this process.
func finds(t *testing.T, f *Finder, b birth, kind limen.KeeperKind, name string, pid int) limen.Keeper {
	t.Helper()
	s := b.subject(t)
	got, gaps := f.Within(t.Context(), s)
	if len(got) != 1 || len(gaps) > 0 {
		t.Fatalf("%+v\nis within %+v, gaps %v", s.Process.Ancestors, got, gaps)
	}
	want := limen.Keeper{Kind: kind, Name: name, PID: pid, File: got[0].File, Evidence: got[0].Evidence}
	if pid == 0 {
		want.PID = got[0].PID
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	return got[0]
}

// service makes a directory that runit and s6 take for a service.
func service(t *testing.T, root, place string, b birth) string {
	t.Helper()
	dir := filepath.Join(root, place, "web")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/run", []byte("#!/bin/sh\n"+b.command()+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRealSupervisord(t *testing.T) {
	program, b, dir := need(t, "supervisord"), newBirth(t), shortRoot(t)
	conf := fmt.Sprintf(`[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile=%[1]s/pid
[program:web]
command=/bin/sh -c "%[2]s"
process_name=web_%%(process_num)02d
numprocs=1
autorestart=false
stdout_logfile=/dev/null
stderr_logfile=/dev/null
`, dir, b.command())
	if os.Geteuid() != 0 {
		conf = strings.Replace(conf, "user=root\n", "", 1)
	}
	if err := os.WriteFile(dir+"/conf", []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := keep(t, dir, program, "-c", dir+"/conf")
	k := finds(t, &Finder{Root: dir}, b, limen.Supervisord, "web:web_00", cmd.Process.Pid)
	if k.File != dir+"/conf" || Stop(k) != "supervisorctl -c "+dir+"/conf stop web:web_00" {
		t.Errorf("%+v is stopped by %q", k, Stop(k))
	}
}

func TestRealRunit(t *testing.T) {
	program, b, root := need(t, "runsv"), newBirth(t), shortRoot(t)
	dir := service(t, root, "/etc/service", b)
	cmd := keep(t, filepath.Dir(dir), program, "web")
	k := finds(t, &Finder{Root: root}, b, limen.Runit, "web", cmd.Process.Pid)
	if k.File != dir || Stop(k) != "sv down "+dir {
		t.Errorf("%+v is stopped by %q", k, Stop(k))
	}
}

func TestRealS6(t *testing.T) {
	program, b, root := need(t, "s6-supervise"), newBirth(t), shortRoot(t)
	dir := service(t, root, "/run/service", b)
	cmd := keep(t, filepath.Dir(dir), program, "web")
	k := finds(t, &Finder{Root: root}, b, limen.S6, "web", cmd.Process.Pid)
	if k.File != dir || Stop(k) != "s6-svc -d "+dir {
		t.Errorf("%+v is stopped by %q", k, Stop(k))
	}
}

func TestRealScreen(t *testing.T) {
	program, b, dir := need(t, "screen"), newBirth(t), shortRoot(t)
	t.Setenv("SCREENDIR", dir)
	cmd := keep(t, dir, program, "-c", "/dev/null", "-S", "work", "-D", "-m", "/bin/sh", "-c", b.command())
	k := finds(t, &Finder{Root: dir}, b, limen.Screen, fmt.Sprintf("%d.work", cmd.Process.Pid), cmd.Process.Pid)
	if !strings.Contains(k.Evidence, "STY=") {
		t.Errorf("evidence %q", k.Evidence)
	}
}

func TestRealTmux(t *testing.T) {
	program, dir := need(t, "tmux"), shortRoot(t)
	t.Setenv("TMUX", "")
	t.Setenv("SHELL", "/bin/sh") // that of a user such as nobody runs nothing
	socket := dir + "/sock"
	first, second := newBirth(t), newBirth(t)
	t.Cleanup(func() { exec.Command(program, "-S", socket, "kill-server").Run() })
	session := func(name string, b birth) {
		out, err := exec.Command(program, "-S", socket, "-f", "/dev/null", "new-session", "-d", "-s", name, b.command()).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	session("dev", first)
	session("other", second)
	k := finds(t, &Finder{Root: dir}, first, limen.Tmux, "dev", 0)
	if args := arguments(k.PID); len(args) == 0 || filepath.Base(args[0]) != "tmux" {
		t.Errorf("process %d is %q", k.PID, args)
	}
	finds(t, &Finder{Root: dir}, second, limen.Tmux, "$1", k.PID)
}

func TestRealNodeWatch(t *testing.T) {
	program, b, dir := need(t, "node"), newBirth(t), shortRoot(t)
	if help, err := exec.Command(program, "--help").Output(); err != nil || !strings.Contains(string(help), "--watch ") {
		t.Skip("this node has no --watch")
	}
	script := fmt.Sprintf("require('fs').writeFileSync(%q, process.pid + '\\n'); setTimeout(() => {}, 60000)", b.path)
	if err := os.WriteFile(dir+"/app.js", []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := keep(t, dir, program, "--watch", "app.js")
	finds(t, &Finder{Root: dir}, b, limen.Watcher, "node --watch", cmd.Process.Pid)
}
