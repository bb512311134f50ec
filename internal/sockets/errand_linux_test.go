package sockets

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(errandVar); ok {
		syscall.Exit(runErrand(text)) // not by os.Exit, see nettest.Main
	}
	os.Exit(nettest.Main(m))
}

// nobody is the number of a user without rights.
const nobody = 65534

// errandVar makes this test binary run the errand that it holds as JSON.
const errandVar = "LIMEN_SOCKETS_ERRAND"

// An errand is a look at the sockets by another process, with rights and a
// view that the test itself does not have.
type errand struct {
	Port      uint16  // which alone is meant
	Elsewhere bool    // look into the other network namespaces
	Mount     bool    // mount procfs anew, with
	Options   string  // these options
	User      int     // whom to become; 0 stays
	NoBPF     bool    // without the right to use bpf(2)
	Filter    bool    // under a seccomp filter that refuses bpf(2)
	Types     *[]byte // how the kernel describes its types; empty for not at all (needs CLONE_NEWNS)
	Ways      bool    // say which sources serve
	Crowd     byte    // listen at many ports of 127.0.0.Crowd, and hold them
	Receive   bool    // take the socket that comes by the first extra file, and hold it
	Memory    string  // where holders are remembered; then the answer is that of a second look
	Reuse     bool    // give the PID of a process that was seen to one that holds what the first extra file is

	flags uintptr    // namespaces that it gets for itself
	files []*os.File // what it holds besides
}

// A report is what an errand brings back.
type report struct {
	Sockets []Socket
	Gaps    []limen.Gap
	Ways    []limen.Source
	Error   string
}

// command is the errand as a process.
func (e errand) command(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	// By path, the file may be out of reach for other users.
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{errandVar + "=" + string(text), "PATH=" + os.Getenv("PATH")}
	cmd.Stderr, cmd.ExtraFiles = os.Stderr, e.files
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: e.flags}
	return cmd
}

// send starts the errand and waits for its report.
func (e errand) send(t *testing.T) report {
	t.Helper()
	out, err := e.command(t).Output()
	if err != nil {
		t.Fatalf("errand %+v: %v", e, err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("errand %+v brought back %q: %v", e, out, err)
	}
	if r.Error != "" {
		t.Fatalf("errand %+v: %s", e, r.Error)
	}
	return r
}

// receiver starts a process that takes the socket that comes by way of from,
// and holds it until the test ends.
func receiver(t *testing.T, from *os.File) (pid int) {
	t.Helper()
	return errand{Receive: true, files: []*os.File{from}}.stay(t)
}

// stay starts a process that holds sockets until the test ends.
func (e errand) stay(t *testing.T) (pid int) {
	t.Helper()
	cmd := e.command(t)
	life, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		life.Close()
		cmd.Wait()
	})
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "holding\n" {
		t.Fatalf("the holder said %q: %v", line, err)
	}
	return cmd.Process.Pid
}

// runErrand is what happens in the other process.
func runErrand(text string) (code int) {
	var e errand
	var r report
	err := json.Unmarshal([]byte(text), &e)
	if e.Receive {
		return receive()
	}
	if e.Crowd > 0 {
		return crowd(e.Crowd)
	}
	if err == nil {
		err = e.prepare()
	}
	if err == nil {
		r, err = e.look()
	}
	if err != nil {
		r.Error = err.Error()
	}
	if json.NewEncoder(os.Stdout).Encode(r) != nil {
		return 1
	}
	return 0
}

// receive takes a socket from the first extra file, and holds it until standard
// input ends.
func receive() (code int) {
	const from = 3 // the first of exec.Cmd's ExtraFiles
	rights := make([]byte, unix.CmsgSpace(4))
	if _, _, _, _, err := unix.Recvmsg(from, make([]byte, 1), rights, 0); err != nil {
		return 1
	}
	return hold()
}

// hold says that the process holds what it shall, and returns when standard
// input ends.
func hold() (code int) {
	if _, err := fmt.Println("holding"); err != nil {
		return 1
	}
	io.Copy(io.Discard, os.Stdin)
	return 0
}

func (e errand) look() (r report, err error) {
	ctx, want := context.Background(), Want{Port: e.Port}
	reader := Reader{Memory: e.Memory, pays: 1}
	if e.Elsewhere {
		r.Sockets, r.Gaps = reader.ReadElsewhere(ctx, want)
		return r, nil
	}
	if r.Sockets, r.Gaps, err = reader.Read(ctx, want); err != nil {
		return r, err
	}
	between := func() error { return nil }
	if e.Reuse {
		heir, err := newForerunner()
		if err != nil {
			return r, err
		}
		between = heir.succeed
		defer heir.end()
	}
	if e.Memory != "" {
		reader.FindHolders(ctx, slices.Clone(r.Sockets))
	}
	if err := between(); err != nil {
		return r, err
	}
	r.Gaps = append(r.Gaps, reader.FindHolders(ctx, r.Sockets)...)
	if e.Ways {
		r.Ways = reader.Sources(ctx)
	}
	return r, nil
}

// prepare gives the process the view and the rights of the errand.
func (e errand) prepare() error {
	runtime.LockOSThread() // NoBPF is a right of this thread
	if e.Mount {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return fmt.Errorf("private mounts: %w", err)
		}
		if err := unix.Mount("proc", "/proc", "proc", 0, e.Options); err != nil {
			return fmt.Errorf("procfs with %q: %w", e.Options, err)
		}
	}
	if e.Types != nil {
		if err := describeTypes(*e.Types); err != nil {
			return fmt.Errorf("the kernel's types: %w", err)
		}
	}
	if e.Filter {
		if err := refuseBPF(); err != nil {
			return fmt.Errorf("a seccomp filter: %w", err)
		}
	}
	if e.NoBPF {
		if err := dropCapabilities(unix.CAP_BPF, unix.CAP_PERFMON, unix.CAP_SYS_ADMIN); err != nil {
			return fmt.Errorf("dropping capabilities: %w", err)
		}
	}
	if e.User == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setgid(e.User); err != nil {
		return err
	}
	return syscall.Setuid(e.User)
}

// dropCapabilities takes rights from the calling thread (capset(2)).
func dropCapabilities(all ...uint) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // the lower and the upper 32
	if err := unix.Capget(&head, &data[0]); err != nil {
		return err
	}
	for _, c := range all {
		data[c/32].Effective &^= 1 << (c % 32)
		data[c/32].Permitted &^= 1 << (c % 32)
	}
	return unix.Capset(&head, &data[0])
}
