package nettest

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

// Load fills the test's network and process table until the test ends: so
// many processes with so many descriptors each (files, pipes and sockets
// mixed, and the three standard ones), the first of them with a listener of
// its own on 127.0.0.1. They are sleep(1), which costs least, with inherited
// descriptors.
func Load(t testing.TB, processes, descriptors, listeners int) {
	t.Helper()
	NeedPrivate(t)
	sleep := Need(t, "sleep")
	runtime.LockOSThread() // see lifeAttr
	t.Cleanup(runtime.UnlockOSThread)
	common := commonFiles(t, descriptors-4)
	group := 0 // of the first process; the others join it, and end with it
	t.Cleanup(func() {
		if group != 0 {
			syscall.Kill(-group, syscall.SIGKILL)
		}
	})
	for i := range processes {
		last := common[0]
		if i < listeners {
			last = listenerFile(t)
		}
		c := exec.Command(sleep, "3600")
		c.Env = []string{}
		c.ExtraFiles = append(append([]*os.File{}, common...), last)
		c.SysProcAttr = lifeAttr(false)
		c.SysProcAttr.Setpgid, c.SysProcAttr.Pgid = true, group
		err := c.Start()
		if i < listeners {
			last.Close()
		}
		if err != nil {
			t.Fatalf("cannot start process %d of %d: %v", i, processes, err)
		}
		t.Cleanup(func() { c.Process.Kill(); c.Wait() })
		if group == 0 {
			group = c.Process.Pid
		}
	}
}

// commonFiles returns n descriptors of several kinds, which all processes
// share.
func commonFiles(t testing.TB, n int) []*os.File {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []*os.File{null, r, w, os.NewFile(uintptr(pair[0]), "one end"), os.NewFile(uintptr(pair[1]), "the other")}
	files := make([]*os.File, n)
	for i := range files {
		files[i] = kinds[i%len(kinds)]
	}
	t.Cleanup(func() {
		for _, f := range kinds {
			f.Close()
		}
	})
	return files
}

// listenerFile returns a listening socket on a port of the system's choice.
func listenerFile(t testing.TB) *os.File {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	return f
}
