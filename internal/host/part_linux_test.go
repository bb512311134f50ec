package host

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen/internal/nettest"
)

// This file is processes that nettest.Program does not know: two that pass a
// socket from one to the other, and one in a container.

// partVar makes this test binary a part: a word, and what goes with it.
const partVar = "LIMEN_HOST_PART"

func isPart() bool { return os.Getenv(partVar) != "" }

// parts are what can be played. Each returns once it holds its socket, and
// must keep what it returns.
var parts = map[string]func(detail string) (held any, err error){
	"listen":  listen,
	"give":    give,
	"take":    take,
	"contain": contain,
}

// play plays a part until standard input ends, and returns the exit code.
func play() int {
	word, detail, _ := strings.Cut(os.Getenv(partVar), " ")
	held, err := parts[word](detail)
	said := "ready"
	if err != nil {
		said = err.Error()
	}
	os.Stdout.WriteString(said + "\n")
	io.Copy(io.Discard, os.Stdin)
	_ = held
	return 0
}

func listen(addr string) (any, error) { return net.Listen("tcp", addr) }

// otherEnd is the socket to the other process: the first of exec.Cmd's ExtraFiles.
const otherEnd = 3

// give listens, and gives the socket away while it keeps it.
func give(addr string) (any, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return l, unix.Sendmsg(otherEnd, []byte("x"), unix.UnixRights(int(f.Fd())), nil, 0)
}

// take holds the socket that it is given.
func take(string) (any, error) {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(otherEnd, make([]byte, 1), oob, 0)
	if err != nil {
		return nil, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) != 1 {
		return nil, errors.Join(errors.New("nothing was given"), err)
	}
	return unix.ParseUnixRights(&messages[0])
}

// contain puts another, empty directory at the path of one that the test has,
// as an image does, and works there.
func contain(detail string) (any, error) {
	addr, dir, _ := strings.Cut(detail, " ")
	err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("none", dir, "tmpfs", 0, ""),
		os.Chdir(dir),
	)
	if err != nil {
		return nil, err
	}
	return net.Listen("tcp", addr)
}

// start plays a part in a process of its own until the test ends, or until
// stop is called. It returns once the part is ready.
func start(t *testing.T, part string, attr *syscall.SysProcAttr, files ...*os.File) (pid int, stop func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = []string{partVar + "=" + part}
	cmd.SysProcAttr = attr
	cmd.ExtraFiles = files
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		nettest.Skip(t, "needs to start a process in namespaces of its own: "+err.Error())
	}
	stop = func() {
		in.Close()
		cmd.Wait() // fails the second time
	}
	t.Cleanup(stop)
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "ready\n" {
		t.Fatalf("%s: %s, %v", part, said, err)
	}
	return cmd.Process.Pid, stop
}
