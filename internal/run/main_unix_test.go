//go:build linux || darwin || freebsd

package run

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// roleKey makes the test binary play a front, or a program.
const roleKey = "LIMEN_RUN_TEST_ROLE"

// parts are what the test binary can play. Each says a line when it is ready.
var parts = map[string]func(args []string){
	"idle":     playIdle,
	"stubborn": playStubborn,
	"daemon":   playDaemon,
	"hidden":   playHidden,
	"hop":      playHop,
	"front":    playFront,
	"served":   playServed,
	"terminal": playTerminal,
}

func TestMain(m *testing.M) {
	if entered, err := Enter(os.Environ); entered {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if play := parts[os.Getenv(roleKey)]; play != nil {
		play(os.Args[1:])
		return
	}
	os.Exit(m.Run())
}

// quick has a guard that was built with -race end at once, and not after the
// second that the detector of races likes to wait.
var quick = []string{"GORACE=atexit_sleep_ms=0"}

// wait waits for a signal that nobody sends.
func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR2)
	<-c
}

func playIdle(args []string) {
	fmt.Println("idle", os.Getpid(), strings.Join(args, " "))
	wait()
}

// playStubborn ignores what asks it to end.
func playStubborn([]string) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	fmt.Println("stubborn", os.Getpid())
	wait()
}

// playDaemon leaves the tree as daemons do: twice forked, and in a session of
// its own. Then it becomes what args say.
func playDaemon(args []string) { leave(args, os.Environ()) }

// playHidden leaves nothing in its environment, either, that says where it
// came from.
func playHidden(args []string) { leave(args, slices.Clone(quick)) }

func leave(args, env []string) {
	part := os.Getenv(roleKey)
	if args[0] == "1" {
		part = args[1]
	}
	next := &exec.Cmd{
		Path: self, Args: []string{part, "1", args[1]}, Stdout: os.Stdout,
		Env: append(env, roleKey+"="+part), SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := next.Start(); err != nil {
		fmt.Println(err)
	}
}

// playHop is gone before anybody can hit it, and there again.
func playHop(args []string) {
	signal.Ignore(syscall.SIGTERM)
	count, _ := strconv.Atoi(args[0])
	if count == 3 {
		fmt.Println("hop", os.Getpid())
	}
	next := &exec.Cmd{
		Path: self, Args: []string{"hop", strconv.Itoa(count + 1)}, Stdout: os.Stdout,
		Env: append(slices.Clone(quick), roleKey+"=hop"), SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := next.Start(); err != nil {
		fmt.Println(err)
	}
}

// playFront guards what args say, each a role, and says the number of the
// guard.
func playFront(args []string) {
	g, err := Open(Config{Grace: 100 * time.Millisecond, Environment: quick})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, role := range args {
		words := strings.Fields(role)
		_, err := g.Start(Program{
			Arguments: append([]string{self}, words[1:]...), Stdout: os.Stdout,
			Environment: append(slices.Clone(quick), roleKey+"="+words[0]),
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("guard", g.system.guard.PID)
	<-g.Lost()
	// Its end of the pipe stays open until here: the front must have ended all.
	fmt.Println("lost")
}

// playServed answers on the socket that it was given.
func playServed([]string) {
	fmt.Println("served", os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()), os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_FDNAMES"), os.Getenv(shimKey) == "")
	l, err := net.FileListener(os.NewFile(3, "socket"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		fmt.Fprintln(c, "hello from", os.Getpid())
		c.Close()
	}
}

// playTerminal says what it finds of a terminal, and of signals by it.
func playTerminal([]string) {
	c := make(chan os.Signal, 8)
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGINT)
	say := func() {
		size, err := unix.IoctlGetWinsize(0, unix.TIOCGWINSZ)
		if err != nil {
			fmt.Println("size:", err)
			return
		}
		fmt.Println("size", size.Row, size.Col)
	}
	group, err := unix.IoctlGetInt(0, unix.TIOCGPGRP)
	session, _ := unix.Getsid(0)
	fmt.Println("terminal", err == nil, group == os.Getpid(), session == os.Getpid())
	say()
	for s := range c {
		fmt.Println(s)
		say()
	}
}

// ask is a program that plays a role.
func ask(role string, args ...string) Program {
	return Program{Arguments: append([]string{self}, args...), Environment: append(slices.Clone(quick), roleKey+"="+role)}
}

// shell is a program that sh runs.
func shell(script string) Program {
	return Program{Arguments: []string{"/bin/sh", "-c", script}, Environment: []string{"PATH=/usr/local/bin:/usr/bin:/bin"}}
}

// opened opens a guard, and sees in the end that nothing is left of it.
func opened(t *testing.T) *Guard {
	t.Helper()
	g, err := Open(Config{Grace: 10 * time.Second, Environment: quick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := g.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return g
}

// started starts a program whose standard output is read line by line.
func started(t *testing.T, g *Guard, p Program) (*Run, *output) {
	t.Helper()
	o, w := piped(t)
	p.Stdout = w
	r, err := g.Start(p)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return r, o
}

// An output is what processes write that have the other end of a pipe. It ends
// when none is left that has it: so a test sees that all are gone.
type output struct {
	t      *testing.T
	file   *os.File
	reader *bufio.Reader
}

// patience is how long a test waits for what must come.
const patience = time.Minute

func piped(t *testing.T) (*output, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	r.SetReadDeadline(time.Now().Add(patience))
	return &output{t, r, bufio.NewReader(r)}, w
}

func (o *output) line() string {
	o.t.Helper()
	s, err := o.reader.ReadString('\n')
	if err != nil {
		o.t.Fatalf("instead of a line: %q, %v", s, err)
	}
	return strings.TrimSpace(s)
}

// until reads lines until one begins with prefix, and returns its second word
// as a number.
func (o *output) until(prefix string) int {
	o.t.Helper()
	for {
		if words := strings.Fields(o.line()); words[0] == prefix {
			n := 0
			if len(words) > 1 {
				n, _ = strconv.Atoi(words[1])
			}
			return n
		}
	}
}

// end waits until no process is left that has the other end.
func (o *output) end() {
	o.t.Helper()
	if _, err := io.Copy(io.Discard, o.reader); err != nil {
		o.t.Fatalf("something is left: %v", err)
	}
}

// isOver waits until a program has ended.
func isOver(t *testing.T, r *Run) Status {
	t.Helper()
	select {
	case <-r.Ended():
	case <-time.After(patience):
		t.Fatal("the program does not end")
	}
	return r.Status()
}
