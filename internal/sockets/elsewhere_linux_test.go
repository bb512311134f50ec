package sockets

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// of returns the sockets of one namespace. Other programs of this machine may
// have namespaces, too.
func of(n limen.Namespace, socks []Socket) (all []Socket) {
	for _, s := range socks {
		if s.Namespace == n {
			all = append(all, s)
		}
	}
	return all
}

func TestReadElsewhereFindsAListenerOfAnotherNamespace(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	other := nettest.Namespace(t)
	var there limen.Namespace
	var holder *nettest.Process
	other.Do(func() {
		there = networkNamespace(Reader{})
		holder = nettest.Program{Name: "inside", Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "[::]:3001"},
		}}.Start(t)
	})
	socks, _ := Reader{}.ReadElsewhere(t.Context(), Want{})
	if here := of(networkNamespace(Reader{}), socks); len(here) > 0 {
		t.Errorf("elsewhere is here: %+v", here)
	}
	socks = of(there, socks)
	Reader{}.FindHolders(t.Context(), socks)
	if diff := cmp.Diff([]sight{{"tcp/[::]:3001", limen.Listening, "ipv4 ipv6", ""}}, sights(socks)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[uint16][]int{3001: {holder.PID}}, holders(socks)); diff != "" {
		t.Errorf("holders (-want +got):\n%s", diff)
	}
}

func TestReadElsewhereFindsANamespaceThatOnlyAFileHolds(t *testing.T) {
	nettest.NeedRoot(t)
	nettest.Enter(t)
	onThrownAwayThread(func() {
		n, err := nameNamespace(t)
		if err != nil {
			t.Error(err)
			return
		}
		others, _ := otherNamespaces(Reader{}, networkNamespace(Reader{}))
		for _, ways := range others {
			if slices.Contains(ways, namedNamespaces[0]+"/stray") {
				t.Error("a plain file passed for a namespace")
			}
		}
		socks, _ := Reader{}.ReadElsewhere(t.Context(), Want{})
		var got []string
		for _, s := range of(n, socks) {
			got = append(got, s.Local.String())
		}
		if want := []string{"tcp/127.0.0.1:3002"}; !slices.Equal(got, want) {
			t.Errorf("in %v: %v, want %v", n, got, want)
		}
	})
}

// nameNamespace makes a namespace in which only a socket lives, with a name in
// a /run of the calling thread's own, and returns to where the thread was.
func nameNamespace(t *testing.T) (limen.Namespace, error) {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return 0, err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return 0, err
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", 0, ""); err != nil {
		return 0, err
	}
	dir := namedNamespaces[0]
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	if err := os.WriteFile(dir+"/stray", nil, 0o644); err != nil { // no namespace, only beside one
		return 0, err
	}
	if err := os.WriteFile(dir+"/shop", nil, 0o644); err != nil {
		return 0, err
	}
	before, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return 0, err
	}
	defer before.Close()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return 0, err
	}
	if err := unix.Mount("/proc/thread-self/ns/net", dir+"/shop", "", unix.MS_BIND, ""); err != nil {
		return 0, err
	}
	n := networkNamespace(Reader{})
	nettest.Listen(t, "tcp", "127.0.0.1:3002")
	return n, unix.Setns(int(before.Fd()), unix.CLONE_NEWNET)
}

func TestReadElsewhereLeavesNoThreadThere(t *testing.T) {
	nettest.NeedPrivate(t)
	other := nettest.Namespace(t)
	other.Do(func() { nettest.Program{Name: "inside"}.Start(t) })
	Reader{}.ReadElsewhere(t.Context(), Want{})
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	here := networkNamespace(Reader{})
	for _, task := range tasks {
		if n, err := namespaceOf(fmt.Sprintf("/proc/self/task/%s/ns/net", task.Name())); err == nil && n != here {
			t.Errorf("thread %s is in %v, not in %v", task.Name(), n, here)
		}
	}
}

func TestAnOrdinaryUserIsToldThatOtherNamespacesAreRoots(t *testing.T) {
	nettest.NeedRoot(t)
	want := []limen.Gap{{What: elsewhere, Why: "only root may look for them", Next: "run the same command with sudo"}}
	for _, e := range []errand{
		{Elsewhere: true, User: nobody},
		{Elsewhere: true, User: nobody, Mount: true, Options: "hidepid=2", flags: unix.CLONE_NEWNS},
	} {
		r := e.send(t)
		if diff := cmp.Diff(want, r.Gaps); diff != "" || len(r.Sockets) > 0 {
			t.Errorf("%q: %+v, gaps (-want +got):\n%s", e.Options, r.Sockets, diff)
		}
	}
}
