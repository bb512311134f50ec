package sockets

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// held holds sockets in many ways, and returns who should be found at each
// port. Port 3000 and 3001 are two processes' in two ways.
func held(t *testing.T) map[uint16][]int {
	t.Helper()
	me := os.Getpid()
	nettest.Listen(t, "tcp", "127.0.0.1:2000")
	nettest.Listen(t, "udp", "[::1]:2001")
	twins := []nettest.Spec{{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000", ReusePort: true}}
	one, two := nettest.Program{Name: "one", Sockets: twins}.Start(t), nettest.Program{Name: "two", Sockets: twins}.Start(t)
	forked := nettest.Program{Name: `a) "pid=1`, Workers: 2, Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "0.0.0.0:3001"},
	}}.Start(t)
	want := map[uint16][]int{2000: {me}, 2001: {me}, 3000: {one.PID, two.PID}, 3001: append(forked.Workers, forked.PID)}
	if os.Geteuid() == 0 {
		modest := nettest.Program{Name: "modest", User: nobody, Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3002"},
		}}.Start(t)
		want[3002] = []int{modest.PID}
	}
	for _, pids := range want {
		slices.Sort(pids)
	}
	return want
}

// holders returns who was found at each port.
func holders(socks []Socket) map[uint16][]int {
	found := map[uint16][]int{}
	for _, s := range socks {
		for _, h := range s.Holders {
			if h.Proof == limen.Proved {
				found[s.Local.Port()] = append(found[s.Local.Port()], h.PID)
			}
		}
	}
	for _, pids := range found {
		slices.Sort(pids)
	}
	return found
}

// by finds the holders of the sockets by one finder, or skips the test.
func by(t *testing.T, f finder, socks []Socket) []Socket {
	t.Helper()
	s := newSearch(slices.Clone(socks))
	switch err := f.find(t.Context(), Reader{}, s); {
	case errors.Is(err, errNotAll):
		t.Fatalf("%s: %v", f.name, err)
	case errors.Is(err, errors.ErrUnsupported):
		nettest.Skip(t, "needs "+f.name+": "+err.Error())
	case err != nil:
		t.Fatalf("%s: %v", f.name, err)
	}
	s.settle(t.Context(), Reader{})
	return s.socks
}

func TestEveryFinderFindsEveryHolder(t *testing.T) {
	nettest.Enter(t)
	want := held(t)
	socks := read(t, readNetlink, Want{})
	for _, f := range finders[1:] { // memory finds nobody that these have not
		t.Run(f.name, func(t *testing.T) {
			got := by(t, f, socks)
			if diff := cmp.Diff(want, holders(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, s := range got {
				for _, h := range s.Holders {
					if h.Birth != born(t, h.PID) {
						t.Errorf("process %d was born at %d, not %d", h.PID, born(t, h.PID), h.Birth)
					}
				}
			}
		})
	}
}

// born reads when a process began.
func born(t *testing.T, pid int) uint64 {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	birth, ok := parseBirth(stat)
	if !ok {
		t.Fatalf("no birth in %q", stat)
	}
	return birth
}

func TestTheHoldersAreThoseOfSS(t *testing.T) {
	ss := nettest.Need(t, "ss")
	nettest.NeedRoot(t) // or ss would not have the test's rights
	nettest.Enter(t)
	held(t)
	out, err := exec.Command(ss, "-Hntulp").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := map[uint16][]int{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		_, users, _ := strings.Cut(line, "users:")
		port, err := limen.ParsePort(f[4][strings.LastIndexByte(f[4], ':')+1:])
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ssPID.FindAllStringSubmatch(users, -1) {
			pid, _ := strconv.Atoi(m[1])
			want[port] = append(want[port], pid)
		}
	}
	for _, pids := range want {
		slices.Sort(pids)
	}
	socks := read(t, readNetlink, Want{})
	Reader{}.FindHolders(t.Context(), socks)
	if diff := cmp.Diff(want, holders(socks)); diff != "" {
		t.Errorf("(-ss +limen):\n%s", diff)
	}
}

func TestAPassedSocketIsTheReceiversAndMeanwhileNobodys(t *testing.T) {
	nettest.Enter(t)
	held := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := os.NewFile(uintptr(ends[0]), "mine"), os.NewFile(uintptr(ends[1]), "theirs")
	defer mine.Close()
	defer theirs.Close()
	if err := unix.Sendmsg(ends[0], []byte{'!'}, unix.UnixRights(int(held.File().Fd())), nil, 0); err != nil {
		t.Fatal(err)
	}
	held.Close()

	socks := read(t, readNetlink, Want{})
	gaps := Reader{}.FindHolders(t.Context(), socks)
	if len(socks) != 1 || len(socks[0].Holders) > 0 || socks[0].Absence == NotAbsent || len(gaps) != 1 {
		t.Errorf("on its way: %+v, gaps %+v", socks, gaps)
	}

	pid := receiver(t, theirs)
	socks = read(t, readNetlink, Want{})
	Reader{}.FindHolders(t.Context(), socks)
	if diff := cmp.Diff(map[uint16][]int{3000: {pid}}, holders(socks)); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

func TestAHolderThatEndedIsNotNamed(t *testing.T) {
	nettest.Enter(t)
	ended := nettest.Program{Name: "brief", Sockets: []nettest.Spec{{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"}}}.Start(t)
	socks := read(t, readNetlink, Want{})
	ended.Stop()
	gaps := Reader{}.FindHolders(t.Context(), socks)
	if len(socks) != 1 || len(socks[0].Holders) > 0 || socks[0].Absence == NotAbsent || len(gaps) != 1 {
		t.Errorf("%+v, gaps %+v", socks, gaps)
	}
}

func TestAHolderOutsideThePIDNamespaceIsSaidToBeThere(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	r := errand{Mount: true, flags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}.send(t)
	if len(r.Sockets) != 1 || r.Sockets[0].Absence != Outside || len(r.Sockets[0].Holders) > 0 {
		t.Errorf("%+v", r.Sockets)
	}
	want := []limen.Gap{{
		What: "who holds tcp/127.0.0.1:3000",
		Why:  "no process of this PID namespace does; one outside it must, such as one of the host",
		Next: "run limen on the host",
	}}
	if diff := cmp.Diff(want, r.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestInAPIDNamespaceTheHoldersNumbersAreItsOwn(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	shared := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	r := errand{Mount: true, flags: unix.CLONE_NEWPID | unix.CLONE_NEWNS, files: []*os.File{shared.File()}}.send(t)
	if diff := cmp.Diff(map[uint16][]int{3000: {1}}, holders(r.Sockets)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhereProcessesAreHiddenTheAnswerIsHiddenToo(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	for _, options := range []string{"", "hidepid=1", "hidepid=2"} {
		r := errand{Mount: true, Options: options, User: nobody, flags: unix.CLONE_NEWNS}.send(t)
		if len(r.Sockets) != 1 || r.Sockets[0].Absence != Hidden {
			t.Errorf("%q: %+v", options, r.Sockets)
		}
		want := []limen.Gap{{
			What: "who holds tcp/127.0.0.1:3000",
			Why:  "only root may look into the processes of other users",
			Next: "run the same command with sudo",
		}}
		if diff := cmp.Diff(want, r.Gaps); diff != "" {
			t.Errorf("%q: gaps (-want +got):\n%s", options, diff)
		}
	}
}
