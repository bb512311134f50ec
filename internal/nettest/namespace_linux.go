package nettest

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A Network is a network namespace beside that of the test.
type Network struct {
	t    testing.TB
	file *os.File
}

// Namespace makes another network namespace, with nothing in it but loopback.
// It skips the test where it may not.
func Namespace(t testing.TB) *Network {
	t.Helper()
	NeedPrivate(t)
	n := &Network{t: t}
	n.within(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		if err := raiseLoopback(); err != nil {
			return err
		}
		n.file = thisNetwork(t)
		return nil
	})
	t.Cleanup(func() { n.file.Close() })
	return n
}

// Do calls f in the namespace. Sockets that f opens and programs that it
// starts belong there; goroutines that it starts do not.
func (n *Network) Do(f func()) {
	n.t.Helper()
	n.within(func() error {
		err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET)
		if err == nil {
			f()
		}
		return err
	})
}

// within calls f, which may change the namespace of its thread, and changes
// it back.
func (n *Network) within(f func() error) {
	n.t.Helper()
	runtime.LockOSThread()
	before := thisNetwork(n.t)
	defer before.Close()
	// Deferred, because f may end the test.
	defer func() {
		if err := unix.Setns(int(before.Fd()), unix.CLONE_NEWNET); err != nil {
			n.t.Errorf("the thread is lost in another network namespace: %v", err)
			return // locked, so that it ends with the goroutine
		}
		runtime.UnlockOSThread()
	}()
	if err := f(); err != nil {
		n.t.Fatalf("cannot enter another network namespace: %v", err)
	}
}

// Enter moves the test into a network namespace that not even the other tests
// of its package share. It lasts until the test ends, for the test's own
// goroutine and for the programs that it starts, which get none of the test's
// capabilities.
func Enter(t testing.TB) {
	t.Helper()
	NeedPrivate(t)
	runtime.LockOSThread()
	dropAmbient(t)
	before := thisNetwork(t)
	t.Cleanup(func() {
		defer before.Close()
		if err := unix.Setns(int(before.Fd()), unix.CLONE_NEWNET); err != nil {
			t.Errorf("cannot leave the test's network namespace: %v", err)
			return // locked, so that the thread ends with the goroutine
		}
		runtime.UnlockOSThread()
	})
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("cannot make a network namespace: %v", err)
	}
	if err := raiseLoopback(); err != nil {
		t.Fatal(err)
	}
}

// thisNetwork opens the network namespace of the calling thread.
func thisNetwork(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// dropAmbient keeps the test's capabilities from the programs that the calling
// thread starts: an ordinary user's programs have none.
func dropAmbient(t testing.TB) {
	t.Helper()
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		t.Fatalf("cannot clear the ambient capabilities: %v", err)
	}
}
