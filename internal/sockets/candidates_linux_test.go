package sockets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestAnOrdinaryUserIsNamedCandidatesOfTheControlGroup(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	group := newGroup(t)
	var server *nettest.Process
	group.within(t, func() {
		server = nettest.Program{Name: "server", Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"},
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3001"},
		}}.Start(t)
	})
	nettest.Listen(t, "tcp", "127.0.0.1:3002") // not in the group
	r := errand{User: nobody}.send(t)
	if len(r.Sockets) != 3 {
		t.Fatalf("%+v", r.Sockets)
	}
	want := []Holder{{limen.ProcessID{PID: server.PID, Birth: born(t, server.PID)}, limen.Candidate}}
	for _, s := range r.Sockets[:2] {
		if s.Absence != Hidden || s.Cgroup != group.name() {
			t.Errorf("%v: absence %v, group %q; want Hidden in %q", s.Local, s.Absence, s.Cgroup, group.name())
		}
		if diff := cmp.Diff(want, s.Holders); diff != "" {
			t.Errorf("%v (-want +got):\n%s", s.Local, diff)
		}
	}
	if s := r.Sockets[2]; s.Absence != Hidden || s.Cgroup == group.name() {
		t.Errorf("%v: %+v", s.Local, s)
	}
	if len(r.Gaps) != 1 || r.Gaps[0].What != "who holds 3 sockets, tcp/127.0.0.1:3000 the first" {
		t.Errorf("gaps %+v", r.Gaps)
	}
}

func TestAMountMayHaveAnyName(t *testing.T) {
	proc := t.TempDir()
	if err := os.Mkdir(filepath.Join(proc, "self"), 0o755); err != nil {
		t.Fatal(err)
	}
	mounts := "proc /proc proc rw 0 0\ncgroup2 /my\\040own\\134groups cgroup2 rw 0 0\n"
	if err := os.WriteFile(filepath.Join(proc, "self", "mounts"), []byte(mounts), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, want := cgroupMount(proc), `/my own\groups`; got != want {
		t.Errorf("the mount is %q; want %q", got, want)
	}
}

// A group is a control group of the unified hierarchy.
type group struct{ mount, dir string }

// newGroup makes a control group for the length of the test.
func newGroup(t *testing.T) group {
	t.Helper()
	mount := cgroupMount("/proc")
	if mount == "" {
		nettest.Skip(t, "needs the unified hierarchy of control groups (cgroup2) mounted")
	}
	g := group{mount, filepath.Join(mount, fmt.Sprintf("limen-test-%d", os.Getpid()))}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		nettest.Skip(t, "needs the right to make a control group: "+err.Error())
	}
	t.Cleanup(func() {
		if err := os.Remove(g.dir); err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g group) name() string { return strings.TrimPrefix(g.dir, g.mount) }

// within calls f with this process, and so whatever f starts, in the group.
func (g group) within(t *testing.T, f func()) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	_, home, ok := strings.Cut(string(text), "0::") // the unified one's line (cgroups(7))
	if !ok {
		t.Fatalf("no unified hierarchy in %q", text)
	}
	enter(t, g.dir)
	defer enter(t, g.mount+strings.TrimSpace(home))
	f()
}

// enter moves this process to a control group.
func enter(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(dir+"/cgroup.procs", []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyAProcessThatMayNotBeLookedIntoIsACandidate(t *testing.T) {
	me, uid := os.Getpid(), uint32(os.Geteuid())
	dir := t.TempDir()
	write(t, dir, fmt.Sprintf("0\n%d\nx\n%d\n", me, os.Getppid()))
	want := []Holder{{limen.ProcessID{PID: me, Birth: born(t, me)}, limen.Candidate}}
	if diff := cmp.Diff(want, members("/proc", dir, uid, map[int]bool{me: true})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := members("/proc", dir, uid, nil); len(got) > 0 {
		t.Errorf("of processes that were looked into: %+v", got)
	}
}

func TestTooManyCandidatesAreNone(t *testing.T) {
	var list strings.Builder
	closed := map[int]bool{}
	for range maxCandidates + 1 {
		p := nettest.Program{Name: "member"}.Start(t)
		fmt.Fprintln(&list, p.PID)
		closed[p.PID] = true
	}
	dir := t.TempDir()
	write(t, dir, list.String())
	if got := members("/proc", dir, uint32(os.Geteuid()), closed); len(got) > 0 {
		t.Errorf("named %d", len(got))
	}
	another := uint32(nobody) // whose socket a process of root may hold
	if os.Geteuid() != 0 {
		another = 0 // and a process of anyone a socket of root
	}
	if got := members("/proc", dir, another, closed); len(got) > 0 {
		t.Errorf("of another user, named %d", len(got))
	}
	if got := members("/proc", t.TempDir(), 0, closed); len(got) > 0 {
		t.Errorf("of a group that is gone: %+v", got)
	}
}

// write makes dir the directory of a control group with these members.
func write(t *testing.T, dir, members string) {
	t.Helper()
	if err := os.WriteFile(dir+"/cgroup.procs", []byte(members), 0o644); err != nil {
		t.Fatal(err)
	}
}
