package run

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// roleKey makes the test binary play a program.
const roleKey = "LIMEN_RUN_TEST_ROLE"

// parts are what the test binary can play.
var parts = map[string]func(){
	"idle":  func() { fmt.Println("idle"); wait() },
	"exit":  func() { fmt.Println(os.Getenv("A"), os.Args[1:]); os.Exit(7) },
	"leave": playLeave,
	"front": playFront,
}

// playLeave starts what goes on without it.
func playLeave() {
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout = append(os.Environ(), roleKey+"=idle"), os.Stdout
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
	}
}

// playFront runs a program, and waits to be killed.
func playFront() {
	g, err := Open(Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := ask("leave")
	p.Stdout = os.Stdout
	if _, err := g.Start(p); err != nil {
		fmt.Println(err)
	}
	wait()
}

// wait waits for what does not come.
func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
}

func TestMain(m *testing.M) {
	if play := parts[os.Getenv(roleKey)]; play != nil {
		play()
		return
	}
	os.Exit(m.Run())
}

// ask is a program that plays a role.
func ask(role string, args ...string) Program {
	return Program{Arguments: append([]string{os.Args[0]}, args...), Environment: append(os.Environ(), roleKey+"="+role)}
}

// started starts a program whose standard output is read.
func started(t *testing.T, g *Guard, p Program) (*Run, *bufio.Reader) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	p.Stdout = w
	run, err := g.Start(p)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return run, bufio.NewReader(r)
}

func opened(t *testing.T) *Guard {
	t.Helper()
	g, err := Open(Config{Grace: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close(t.Context()) })
	return g
}

func TestARunTellsHowTheProgramEnded(t *testing.T) {
	g := opened(t)
	p := ask("exit", "a b", `c"d`)
	p.Environment = append(p.Environment, "A=é")
	r, out := started(t, g, p)
	if line, err := out.ReadString('\n'); strings.TrimSpace(line) != `é [a b c"d]` {
		t.Errorf("%q, %v", line, err)
	}
	<-r.Ended()
	if got := r.Status(); got.Code != 7 {
		t.Errorf("%+v", got)
	}
}

func TestWhatAProgramLeavesEndsWithItsRun(t *testing.T) {
	g := opened(t)
	r, out := started(t, g, ask("leave"))
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	<-r.Ended()
	ids, err := r.Members(t.Context())
	if err != nil || len(ids) == 0 {
		t.Fatalf("%v, %v; want what it left", ids, err)
	}
	if _, err := r.Stop(t.Context(), 50*time.Millisecond); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil { // until nobody has the other end
		t.Error(err)
	}
	if ids, err := r.Members(t.Context()); err != nil || len(ids) > 0 {
		t.Errorf("%v, %v; want nothing", ids, err)
	}
}

func TestNothingOutlivesAKilledFront(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout = append(os.Environ(), roleKey+"=front"), w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out := bufio.NewReader(r)
	if line, err := out.ReadString('\n'); err != nil || strings.TrimSpace(line) != "idle" {
		t.Fatalf("%q, %v", line, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Error(err)
	}
}

func TestAProgramThatCannotStartSaysWhy(t *testing.T) {
	g := opened(t)
	for _, p := range []Program{{Arguments: []string{"limen-has-none"}}, {Arguments: []string{`.\none.exe`}}, {Arguments: []string{"x"}, Directory: `C:\limen-has-none`}} {
		if _, err := g.Start(p); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", p.Arguments, err)
		}
	}
	p := ask("idle")
	p.Terminal = &Size{}
	if _, err := g.Start(p); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("with a terminal: %v", err)
	}
	if _, ok := identify(windows.GetCurrentProcessId()); !ok {
		t.Error("this process is not found")
	}
}
