package nettest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// A Program is a small real program that holds sockets: this test binary under
// another name. It ends with the test, and with the test binary even if that
// is killed, because it watches a pipe whose other end closes then.
type Program struct {
	Name    string   // its file's name; anything but a slash or NUL is fine
	Args    []string // its arguments, which mean nothing to it; the first is its name if there are none
	Env     []string // its environment; it gets nothing of the test's
	Dir     string   // where it works; empty means where the test does
	Sockets []Spec   // what it holds
	Workers int      // children that it starts after, with its sockets
	User    int      // who it becomes once it holds its sockets; 0 stays
	Deleted bool     // its file is deleted once it runs
	Deaf    bool     // it goes on when it is asked to end, with SIGTERM
	Orphan  bool     // whoever started it, its session's leader, has ended
}

// A Process is one run of a Program, or more if it has workers.
type Process struct {
	PID     int
	Workers []int    // PIDs of the workers
	Sockets []string // where its sockets are, for those that chose a port
	File    string   // its program's file
	Dir     string   // where it works

	cmd  *exec.Cmd  // what the test started: the process, or the one that started it
	life *os.File   // closed to end the process
	ends []*os.File // a pidfd of each process
}

// Start runs the program until the test ends, and returns once it holds its
// sockets. It must be called on the test's own goroutine.
func (p Program) Start(t testing.TB) *Process {
	t.Helper()
	needSockets(t, p.Sockets...)
	runtime.LockOSThread() // see lifeAttr
	t.Cleanup(runtime.UnlockOSThread)
	dropAmbient(t)

	proc, err := p.start(p.install(t))
	if err != nil {
		t.Fatalf("cannot start the program %q: %v", p.Name, err)
	}
	t.Cleanup(proc.Stop)
	return proc
}

// install puts the program's file into a directory of its own.
func (p Program) install(t testing.TB) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), p.Name)
	if !p.Deleted {
		Install(t, file)
		return file
	}
	// A file with two names would not be gone when one of them is.
	if err := copySelf(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// Install gives this test binary a second name, for a TestMain that plays the
// program of that name, or where other users can reach it.
func Install(t testing.TB, file string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Link(self, file) == nil {
		return
	}
	// As on another file system.
	if err := copySelf(file); err != nil {
		t.Fatal(err)
	}
}

// copySelf copies this test binary.
func copySelf(to string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// A child forked now would hold the copy open for writing, and until it
	// is through with its exec the copy could not be run (ETXTBSY).
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	r, err := os.Open(self)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// start runs the program's file and waits until it says that it is ready.
func (p Program) start(file string) (*Process, error) {
	life, keepAlive, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer life.Close()
	said, say, err := os.Pipe()
	if err != nil {
		keepAlive.Close()
		return nil, err
	}
	defer say.Close()

	cmd := part{Program: p}.command(file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = life, say, os.Stderr
	cmd.SysProcAttr = lifeAttr(true)
	if err := cmd.Start(); err != nil {
		keepAlive.Close()
		said.Close()
		return nil, err
	}
	say.Close()
	defer said.Close()
	proc := &Process{File: file, Dir: p.Dir, cmd: cmd, life: keepAlive}
	if p.Orphan {
		cmd.Wait() // the one between
	}
	if err := proc.listenTo(said); err != nil {
		proc.Stop()
		return nil, err
	}
	return proc, nil
}

// listenTo waits for the program to say that it is ready.
func (p *Process) listenTo(said io.Reader) error {
	line, err := bufio.NewReader(said).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("it ended before it said a word: %w", err)
	}
	var r ready
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("it said %q: %w", line, err)
	}
	if r.Error != "" {
		return errors.New(r.Error)
	}
	p.PID, p.Workers, p.Sockets = r.PID, r.Workers, r.Sockets
	for _, pid := range append([]int{r.PID}, r.Workers...) {
		f, err := openProcess(pid)
		if err != nil {
			return err
		}
		p.ends = append(p.ends, f)
	}
	return nil
}

// Stop ends the process and its workers, and returns once they are gone. It
// may be called more than once.
func (p *Process) Stop() {
	p.life.Close()
	for _, f := range p.ends {
		awaitEnd(f)
		f.Close()
	}
	p.ends = nil
	p.cmd.Wait() // fails for an orphan, and the second time; it is buried then
}
