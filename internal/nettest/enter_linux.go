package nettest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// ways into a private network, best first. Root keeps its user namespace,
// because the credentials of other users do not work in another.
var ways = []struct {
	name  string
	attr  func() *syscall.SysProcAttr
	isFor func() bool
}{
	{"a new network namespace", newNetwork, isRoot},
	{"a new user and network namespace", newUserAndNetwork, func() bool { return true }},
}

func newNetwork() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
}

// newUserAndNetwork keeps the user's own numbers, so that the tests are an
// ordinary user's. What they need to shape their network is given as ambient
// capabilities (capabilities(7)), the only ones that such a user keeps over an
// exec; they hold in the new user namespace alone.
func newUserAndNetwork() *syscall.SysProcAttr {
	uid, gid := os.Geteuid(), os.Getegid()
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET,
		Pdeathsig:   syscall.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN},
	}
}

// enter runs this test binary again in a private network and returns its exit
// code. An error says why none can be had.
func enter() (int, error) {
	// The kernel sends Pdeathsig when the thread ends that started the child,
	// not the process (prctl(2)); so this thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var refused error
	for _, w := range ways {
		if !w.isFor() {
			continue
		}
		code, err := enterBy(w.attr())
		if err == nil {
			return code, nil
		}
		refused = errors.Join(refused, fmt.Errorf("%s: %w", w.name, err))
	}
	return 0, refused
}

// enterBy runs the test binary again with attr. Through a pipe the child says
// whether it arrived; its exit code alone could mean anything.
func enterBy(attr *syscall.SysProcAttr) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	defer w.Close()
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Args[0] = os.Args[0] // go test may look at it
	cmd.Env = append(os.Environ(), stageVar+"="+arriving+" "+namespace())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	w.Close()
	defer passSignals(cmd.Process)()
	said, err := io.ReadAll(r)
	ended := cmd.Wait()
	switch {
	case err != nil:
		return 0, err
	case string(said) != arrived:
		return 0, errors.New(strings.TrimSpace(string(said)))
	}
	var failed *exec.ExitError
	if errors.As(ended, &failed) && !failed.Exited() {
		// Killed: say so as a shell does.
		return 128 + int(failed.Sys().(syscall.WaitStatus).Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// passSignals passes on what a user or go test sends to this process alone,
// such as the SIGQUIT after a timeout. The function it returns ends that.
func passSignals(p *os.Process) (stop func()) {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range got {
			p.Signal(s)
		}
	}()
	return func() {
		signal.Stop(got)
		close(got)
		<-done
	}
}

// arrived is what a child that is in its private network says.
const arrived = "arrived"

// statusFD is the first of exec.Cmd's ExtraFiles.
const statusFD = 3

// report tells the parent whether this process arrived, and returns the exit
// code for it if it did not.
func report(err error) int {
	f := os.NewFile(statusFD, "status")
	defer f.Close()
	said, code := arrived, 0
	if err != nil {
		said, code = err.Error(), 1
	}
	if _, err := f.WriteString(said); err != nil {
		return 1 // nobody is there to be told
	}
	return code
}

// namespace names the network namespace of the calling thread.
func namespace() string {
	name, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		return "unknown"
	}
	return name
}

// isRoot reports whether this process is root where every user number is
// mapped, as in the first user namespace (user_namespaces(7)).
func isRoot() bool {
	ids, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && os.Geteuid() == 0 && strings.Join(strings.Fields(string(ids)), " ") == "0 0 4294967295"
}
