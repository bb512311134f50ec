package host

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

func TestMain(m *testing.M) {
	if isPart() {
		syscall.Exit(play()) // not by os.Exit, before which a binary that looks for races waits a second
	}
	os.Exit(nettest.Main(m)) // a network of our own
}

func query(t *testing.T, s string) op.ListIn {
	t.Helper()
	q, err := limen.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	return op.ListIn{Query: q}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// list returns the listeners that an otherwise empty network shows.
func list(t *testing.T, in op.ListIn) limen.Snapshot {
	t.Helper()
	nettest.NeedPrivate(t)
	snap, err := New(Config{}).List(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// roles says who holds each listener, as "endpoint role role".
func roles(snap limen.Snapshot) (all []string) {
	for _, l := range snap.Listeners {
		s := l.Endpoint.String()
		for _, o := range l.Owners {
			s += " " + o.Role.String()
		}
		all = append(all, s)
	}
	return all
}

func TestListShowsExactlyWhatListensAndWhoseItIs(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Listen(t, "udp", "127.0.0.1:3000")
	nettest.Bind(t, "tcp", "127.0.0.1:3001")
	fork := nettest.Program{Name: "server", Workers: 2, Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3002"}}}.Start(t)
	for range 2 {
		nettest.Program{Name: "twin", Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3003", ReusePort: true}}}.Start(t)
	}
	snap := list(t, op.ListIn{})
	want := []string{
		"tcp/127.0.0.1:3000 sole", "udp/127.0.0.1:3000 sole",
		"tcp/127.0.0.1:3002 master worker worker",
		"tcp/127.0.0.1:3003 peer", "tcp/127.0.0.1:3003 peer",
	}
	if diff := cmp.Diff(want, roles(snap)); diff != "" {
		t.Errorf("listeners (-want +got):\n%s", diff)
	}
	if len(snap.Gaps) > 0 || len(snap.Connections) > 0 {
		t.Errorf("gaps %v and connections %v; want none of either", snap.Gaps, snap.Connections)
	}
	if me := snap.Listeners[0].Owners[0].Process; me.PID != os.Getpid() || me.Birth == 0 {
		t.Errorf("the owner of the test's own listener is %+v", me.ProcessID)
	}
	if master := snap.Listeners[2].Owners[0].Process; master.PID != fork.PID {
		t.Errorf("the master is %d, want %d", master.PID, fork.PID)
	}
}

func TestTwinsStandInTheOrderOfTheirOwners(t *testing.T) {
	nettest.Enter(t)
	var want []int
	for range 6 {
		p := nettest.Program{Name: "twin", Sockets: []nettest.Spec{
			{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3003", ReusePort: true}}}.Start(t)
		want = append(want, p.PID)
	}
	slices.Sort(want)
	var got []int
	for _, l := range list(t, op.ListIn{}).Listeners {
		got = append(got, l.Owners[0].Process.PID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owners of the twins (-want +got):\n%s", diff)
	}
}

func TestListIsNarrowedBeforeAndAfterOwnersAreKnown(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Listen(t, "tcp", "127.0.0.1:3001")
	nettest.Program{Name: "other-server", Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3002"}}}.Start(t)
	shop := t.TempDir()
	write(t, shop, "go.mod", "module example.com/shop\n")
	nettest.Address(t, "10.1.2.3/24")
	nettest.Program{Name: "web", Dir: shop, Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "10.1.2.3:3003"}}}.Start(t)
	for text, want := range map[string][]string{
		"3001":                 {"tcp/127.0.0.1:3001 sole"},
		"3001-3002":            {"tcp/127.0.0.1:3001 sole", "tcp/127.0.0.1:3002 sole"},
		"other-server":         {"tcp/127.0.0.1:3002 sole"},
		"reach:network+":       {"tcp/10.1.2.3:3003 sole"},
		"project:shop":         {"tcp/10.1.2.3:3003 sole"},
		"user:" + "4294967294": nil,
		"transport:udp":        nil,
		"user:" + strconv.Itoa(os.Geteuid()) + " 3000": {"tcp/127.0.0.1:3000 sole"},
	} {
		if diff := cmp.Diff(want, roles(list(t, query(t, text)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestConnectionsAndUsageComeOnlyWhenAskedFor(t *testing.T) {
	nettest.Enter(t)
	nettest.Connect(t, "tcp", "127.0.0.1:3005")
	nettest.Bind(t, "tcp", "127.0.0.1:3001")
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	snap := list(t, op.ListIn{Connections: true, Usage: true})
	var bound, outgoing bool
	for _, l := range snap.Listeners {
		bound = bound || l.State == limen.Bound && l.Endpoint.Port() == 3001
		if l.Endpoint.Port() == 3000 && l.Owners[0].Process.Usage == nil {
			t.Error("usage was asked for and is not there")
		}
	}
	for _, c := range snap.Connections {
		outgoing = outgoing || c.Local.Port() == 3005 && c.State == limen.Established
	}
	if !bound || !outgoing {
		t.Errorf("with everything asked for, bound is %v and outgoing %v; listeners %v", bound, outgoing, roles(snap))
	}
	if u := list(t, query(t, "3000")).Listeners[0].Owners[0].Process.Usage; u != nil {
		t.Errorf("usage was not asked for and is %+v", u)
	}
}

func TestEveryVerbIsBound(t *testing.T) {
	for _, name := range []string{op.List.Name, op.Why.Name, op.Number.Name, op.Watch.Name} {
		bound := false
		for _, b := range New(Config{}).Ops() {
			bound = bound || b.Name == name
		}
		if !bound {
			t.Errorf("nobody carries out %s", name)
		}
	}
}
