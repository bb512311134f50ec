package host

import (
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/sockets"
)

// One gives the other its socket: they are no relatives of each other.
func TestTwoWhoShareOneSocketArePeers(t *testing.T) {
	nettest.Enter(t)
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	mine, yours := os.NewFile(uintptr(ends[0]), "give"), os.NewFile(uintptr(ends[1]), "take")
	defer mine.Close()
	defer yours.Close()
	giver, _ := start(t, "give 127.0.0.1:3000", nil, mine)
	taker, _ := start(t, "take", nil, yours)

	snap := list(t, op.ListIn{})
	if diff := cmp.Diff([]string{"tcp/127.0.0.1:3000 peer peer"}, roles(snap)); diff != "" {
		t.Fatalf("listeners (-want +got):\n%s", diff)
	}
	got := map[int]bool{}
	for _, o := range snap.Listeners[0].Owners {
		got[o.Process.PID] = true
	}
	if !got[giver] || !got[taker] {
		t.Errorf("the owners are %v, want %d and %d", got, giver, taker)
	}
}

// What a process in a container calls its directory is not what we call so.
func TestTheProjectOfAContainerIsNotLookedForHere(t *testing.T) {
	nettest.Enter(t)
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/shop\n")
	attr := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
	}
	pid, _ := start(t, "contain 127.0.0.1:3000 "+dir, attr)

	snap := list(t, op.ListIn{})
	if len(snap.Listeners) != 1 || len(snap.Listeners[0].Owners) != 1 {
		t.Fatalf("listeners %+v", snap.Listeners)
	}
	proc := snap.Listeners[0].Owners[0].Process
	if proc.PID != pid || proc.Directory != dir {
		t.Fatalf("the owner is %d in %s, want %d in %s", proc.PID, proc.Directory, pid, dir)
	}
	if proc.Project != nil {
		t.Errorf("its project is said to be %+v, which is ours", proc.Project)
	}
}

func TestAHolderThatEndedIsNoOwner(t *testing.T) {
	nettest.Enter(t)
	gone := nettest.Program{Name: "gone", Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"}}}.Start(t)
	h := New(Config{})
	socks, _, err := h.sockets.Read(t.Context(), sockets.Want{})
	if err != nil {
		t.Fatal(err)
	}
	h.sockets.FindHolders(t.Context(), socks)
	if len(socks) != 1 || len(socks[0].Holders) != 1 {
		t.Fatalf("before it ended: %+v", socks)
	}
	gone.Stop()
	owners, gaps := h.newPeople(false).owners(t.Context(), socks)
	if len(owners[0]) > 0 || len(gaps) > 0 {
		t.Errorf("owners %+v and gaps %v; want neither", owners[0], gaps)
	}
}

func TestAGapIsKeptOnce(t *testing.T) {
	a, b := limen.Gap{What: "a"}, limen.Gap{What: "b"}
	s := gapSet{[]limen.Gap{a}}
	s.add(b, a, b)
	if diff := cmp.Diff([]limen.Gap{a, b}, s.list); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}
