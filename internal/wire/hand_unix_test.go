//go:build unix

package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/limenhq/limen/internal/op"
)

// adopted is what another process would make of a listener, made in this one.
func adopted(t *testing.T, l net.Listener, path string) net.Listener {
	t.Helper()
	socket, lock, err := Descriptors(l)
	must(t, err)
	var own [2]int
	for i, fd := range []uintptr{socket, lock} {
		own[i], err = syscall.Dup(int(fd)) // as a child has it: another number for the same open file
		must(t, err)
	}
	next, err := Adopt(path, uintptr(own[0]), uintptr(own[1]))
	must(t, err)
	return next
}

func TestASocketThatIsHandedOverAnswersAllTheTime(t *testing.T) {
	leaves(t)
	path := filepath.Join(directory(t), "s")
	first, err := Listen(path)
	must(t, err)
	begun, finish := make(chan struct{}), make(chan struct{})
	slow := op.Op[word, word]{Name: "slow"}
	ended := make(chan error, 2)
	go func() {
		ended <- Serve(t.Context(), first, Handler(op.Table{slow.By(func(_ context.Context, in word) (word, error) {
			close(begun)
			<-finish
			return in, nil
		})}, nil))
	}()
	c := dialled(t, path)
	answered := make(chan error, 1)
	go func() { answered <- second(slow.On(t.Context(), c, word{})) }()
	<-begun

	next := adopted(t, first, path)
	ctx, end := context.WithCancel(t.Context())
	go func() { ended <- Serve(ctx, next, Handler(everything, nil)) }()
	must(t, Leave(first))
	if _, err := echo.On(t.Context(), dialled(t, path), word{}); err != nil {
		t.Errorf("the next one says %v", err)
	}
	if _, err := Listen(path); !errors.Is(err, ErrInUse) {
		t.Errorf("a third one: %v; want ErrInUse", err)
	}
	close(finish)
	must(t, <-answered) // what the first one was asked, it answers
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the first one ended with %v", err)
	}
	end()
	must(t, <-ended)
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTheKernelNamesWhoeverHasClaimedASocket(t *testing.T) {
	path := filepath.Join(directory(t), "s")
	l, err := Listen(path)
	must(t, err)
	defer l.Close()
	must(t, Claim(l))
	switch who, err := Answerer(t.Context(), path); {
	case err != nil || who.UID != os.Geteuid():
		t.Errorf("at the socket is %+v, %v; want user %d", who, err, os.Geteuid())
	case who.PID != 0 && who.PID != os.Getpid():
		t.Errorf("at the socket is pid %d; want %d, or nobody's", who.PID, os.Getpid())
	}
	must(t, l.Close())
	if who, err := Answerer(t.Context(), path); !errors.Is(err, ErrNobody) {
		t.Errorf("at a socket without anybody is %+v, %v", who, err)
	}
}

func TestWhatIsNotTheSocketIsNotAdopted(t *testing.T) {
	dir := directory(t)
	l, err := Listen(filepath.Join(dir, "s"))
	must(t, err)
	defer l.Close()
	socket, lock, err := Descriptors(l)
	must(t, err)
	for name, of := range map[string]struct {
		path string
		fds  [2]uintptr
	}{
		"another path":  {filepath.Join(dir, "other"), [2]uintptr{socket, lock}},
		"a file":        {filepath.Join(dir, "s"), [2]uintptr{lock, lock}},
		"another lock":  {filepath.Join(dir, "s"), [2]uintptr{socket, socket}},
		"no descriptor": {filepath.Join(dir, "s"), [2]uintptr{^uintptr(0), ^uintptr(0)}},
	} {
		for i, fd := range of.fds {
			if own, err := syscall.Dup(int(fd)); err == nil {
				of.fds[i] = uintptr(own)
			}
		}
		if got, err := Adopt(of.path, of.fds[0], of.fds[1]); err == nil {
			t.Errorf("%s was adopted as %v", name, got.Addr())
		}
	}
}
