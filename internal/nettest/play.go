package nettest

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// This file is what happens inside a Program.

// programVar makes a test binary the part that it holds as JSON. It is not an
// argument, because arguments are what tests look at.
const programVar = "LIMEN_NETTEST_PROGRAM"

// ready is what a program says, on one line, once it holds its sockets.
type ready struct {
	PID     int
	Workers []int    `json:",omitempty"`
	Sockets []string `json:",omitempty"`
	Error   string   `json:",omitempty"`

	files []*os.File // the sockets, which would be closed if nothing held them
}

// A part is what one process of a program plays.
type part struct {
	Program
	Worker bool // its sockets came with it, and it says nothing
}

// command is how the part is started, by the test or by another part.
func (p part) command(file string) *exec.Cmd {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers have no way to fail
	}
	args := p.Args
	if len(args) == 0 {
		args = []string{p.Name}
	}
	env := append([]string{programVar + "=" + string(text)}, p.Env...)
	return &exec.Cmd{Path: file, Args: args, Env: env, Dir: p.Dir}
}

func isProgram() bool { return os.Getenv(programVar) != "" }

// play plays the part that this process was started for, until its standard
// input ends. It returns the exit code.
func play() int {
	runtime.LockOSThread() // see lifeAttr
	var p part
	r := ready{PID: os.Getpid()}
	err := json.Unmarshal([]byte(os.Getenv(programVar)), &p)
	if p.Deaf {
		signal.Ignore(syscall.SIGTERM)
	}
	switch {
	case err != nil:
	case p.Orphan:
		if err = p.leaveOrphan(); err == nil {
			return 0
		}
	case !p.Worker:
		err = p.hold(&r)
	}
	if err != nil {
		r.Error = err.Error()
	}
	if !p.Worker {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			return 1
		}
	}
	if err == nil {
		io.Copy(io.Discard, os.Stdin)
	}
	runtime.KeepAlive(r.files) // the collector closes files that nobody can reach
	return 0
}

// leaveOrphan starts the program again, so that it loses its parent and the
// leader of its session when this process ends.
func (p part) leaveOrphan() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p.Orphan, p.Dir = false, ""
	cmd := p.command(self)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Start()
}

// hold does what the program is there for, and puts down what it did.
func (p part) hold(r *ready) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, s := range p.Sockets {
		held, err := s.open()
		if err != nil {
			return fmt.Errorf("cannot %s %s %s: %w", s.Kind, s.Network, s.Addr, err)
		}
		r.Sockets = append(r.Sockets, held.Local.String())
		r.files = append(r.files, held.files...)
	}
	// The file goes first: who is no longer root may not delete it.
	if p.Deleted {
		if err := os.Remove(self); err != nil {
			return err
		}
	}
	if p.User != 0 {
		if err := become(p.User); err != nil {
			return err
		}
	}
	for range p.Workers {
		cmd := p.worker(r.files)
		if err := cmd.Start(); err != nil {
			return err
		}
		r.Workers = append(r.Workers, cmd.Process.Pid)
	}
	return nil
}

// worker is a child that shares the files, stays in the session and ends with
// this process.
func (p part) worker(files []*os.File) *exec.Cmd {
	w := part{Program: Program{Name: p.Name, Args: p.Args, Env: p.Env}, Worker: true}
	// By path, the file may be out of reach by now, or gone.
	cmd := w.command("/proc/self/exe")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = files
	cmd.SysProcAttr = lifeAttr(false)
	return cmd
}
