package process

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// The test binary plays the processes that the tests look at: with roleKey in
// its environment it does what the role says instead of testing.
const roleKey = "LIMEN_PROCESS_TEST_ROLE"

// noLinger keeps the race detector from holding up every end for a second.
const noLinger = "GORACE=atexit_sleep_ms=0"

var roles = map[string]func(){
	"wait":     wait,
	"parent":   parent,
	"daemon":   daemon,
	"title":    title,
	"nobody":   becomeNobody,
	"describe": describe,
}

func TestMain(m *testing.M) {
	if play := roles[os.Getenv(roleKey)]; play != nil {
		play()
		return
	}
	os.Exit(m.Run())
}

// wait says its number and lives until its standard input ends.
func wait() {
	fmt.Println(os.Getpid())
	io.Copy(io.Discard, os.Stdin)
}

// parent starts a child that waits, and waits with it.
func parent() {
	child := startChild()
	io.Copy(io.Discard, os.Stdin)
	child.Wait()
}

// daemon starts a child that waits, and leaves it alone.
func daemon() { startChild() }

func startChild() *exec.Cmd {
	c := exec.Command("/proc/self/exe")
	c.Env = []string{noLinger, roleKey + "=wait"}
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		panic(err)
	}
	return c
}

// title writes over its own arguments, as setproctitle does: Go's strings lie
// where the kernel has put them.
func title() {
	first := unsafe.StringData(os.Args[0])
	last := os.Args[len(os.Args)-1]
	end := unsafe.Add(unsafe.Pointer(unsafe.StringData(last)), len(last))
	room := unsafe.Slice(first, int(uintptr(end)-uintptr(unsafe.Pointer(first))))
	text := os.Getenv("TITLE")
	clear(room)
	copy(room, text)
	wait()
}

func becomeNobody() {
	if err := syscall.Setuid(nobody); err != nil {
		panic(err)
	}
	wait()
}

const nobody = 65534

// describe reads the process that its argument numbers.
func describe() {
	pid, _ := strconv.Atoi(os.Args[1])
	var r Reader
	f, err := r.Read(limen.ProcessID{PID: pid})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	if _, err := r.Environ(f.ProcessID, "HOME"); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	json.NewEncoder(os.Stdout).Encode(f)
}

// start runs c in a role until the test ends, and returns the number that the
// role said. It has ended when the test has.
func start(t *testing.T, role string, c *exec.Cmd) (said int) {
	t.Helper()
	in, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	hear, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, noLinger, roleKey+"="+role)
	c.Stdin, c.Stdout, c.Stderr = in, out, os.Stderr
	err = c.Start()
	in.Close()
	out.Close()
	t.Cleanup(func() {
		hold.Close()
		io.Copy(io.Discard, hear) // ends when the last process of the role has
		hear.Close()
		c.Wait()
	})
	if err != nil {
		if c.SysProcAttr != nil && c.SysProcAttr.Cloneflags != 0 {
			t.Skipf("this machine allows no private pid namespace: %v", err)
		}
		t.Fatal(err)
	}
	line, err := bufio.NewReader(hear).ReadString('\n')
	if err != nil {
		t.Fatalf("role %s said nothing: %v", role, err)
	}
	said, err = strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// waiter runs the program at path with arguments until the test ends.
func waiter(t *testing.T, path string, args ...string) limen.ProcessID {
	t.Helper()
	return limen.ProcessID{PID: start(t, "wait", exec.Command(path, args...))}
}

// self is the path of the test binary.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// copyAs copies the test binary under a name that anyone may run.
func copyAs(t *testing.T, name string) (path string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, name)
	from, err := os.Open(self(t))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, id limen.ProcessID) Facts {
	t.Helper()
	var r Reader
	f, err := r.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// describeAsNobody reads the process with the number pid as another user than
// root, and returns what was read and what went wrong.
func describeAsNobody(t *testing.T, pid int) (f Facts, said string) {
	t.Helper()
	needRoot(t)
	c := exec.Command(copyAs(t, "reader"), strconv.Itoa(pid))
	c.Env = []string{noLinger, roleKey + "=describe"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err == nil && len(out) > 0 {
		err = json.Unmarshal(out, &f)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	return f, errs.String()
}

// needRoot skips a test that must act as two users.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to act as another user")
	}
}

// namespaced returns what starts a command in a pid namespace of its own.
func namespaced() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// firstOfNamespace runs a test again as the first process of a pid and mount
// namespace of its own, and reports whether this is that process.
func firstOfNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getpid() == 1 {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	c := exec.Command(self(t), "-test.run=^"+t.Name()+"$", "-test.v")
	c.SysProcAttr = namespaced()
	out, err := c.CombinedOutput()
	switch {
	case c.ProcessState == nil:
		t.Skipf("this machine allows no private pid namespace: %v", err)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("in a private pid namespace: %s", out)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	}
	return false
}
