package sockets

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestTheWalkSeesWhatOneThreadAloneHolds(t *testing.T) {
	nettest.Enter(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	end, err := copyDescriptors()
	defer end()
	if err != nil {
		t.Fatal(err)
	}
	held.Close()
	socks, _, err := Reader{}.Read(t.Context(), Want{Transport: limen.TCP})
	if err != nil || len(socks) != 1 {
		t.Fatalf("Read: %+v, %v", socks, err)
	}
	s := newSearch(socks)
	if err := findByWalk(t.Context(), Reader{}, s); err != nil {
		t.Fatal(err)
	}
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	birth, _ := parseBirth(stat)
	if h := s.socks[0].Holders; len(h) != 1 || h[0].PID != os.Getpid() || h[0].Birth != birth {
		t.Errorf("held by %v, want this process, born %d", h, birth)
	}
}

// copyDescriptors starts a thread with a table of descriptors of its own, and
// waits in end until it has ended.
func copyDescriptors() (end func(), err error) {
	ready, done, ended := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		onThrownAwayThread(func() {
			ready <- unix.Unshare(unix.CLONE_FILES)
			<-done
		})
	}()
	return func() { close(done); <-ended }, <-ready
}
