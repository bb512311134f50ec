package host

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) } // a network of our own

func query(t *testing.T, s string) op.ListIn {
	t.Helper()
	q, err := limen.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	return op.ListIn{Query: q}
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
	for text, want := range map[string][]string{
		"3001":                 {"tcp/127.0.0.1:3001 sole"},
		"3001-3002":            {"tcp/127.0.0.1:3001 sole", "tcp/127.0.0.1:3002 sole"},
		"other-server":         {"tcp/127.0.0.1:3002 sole"},
		"reach:network+":       nil,
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

func why(t *testing.T, in op.WhyIn) limen.Verdict {
	t.Helper()
	nettest.NeedPrivate(t)
	v, err := New(Config{}).Why(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// blocking returns the kinds of what keeps a port from being had.
func blocking(v limen.Verdict) (kinds []limen.CauseKind) {
	for _, c := range v.Causes {
		if c.Blocks {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

func TestWhyNamesTheCauseThatIsReallyThere(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	nettest.Bind(t, "tcp", "127.0.0.1:3001")
	nettest.Connect(t, "tcp", "127.0.0.1:3005")
	nettest.TimeWait(t, "127.0.0.1:3006")
	nettest.Listen(t, "udp", "127.0.0.1:3007")
	for _, tt := range []struct {
		in   op.WhyIn
		want []limen.CauseKind
	}{
		{op.WhyIn{Port: 3000}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3000, NoTry: true}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3001}, []limen.CauseKind{limen.CauseBound}},
		{op.WhyIn{Port: 3005}, []limen.CauseKind{limen.CauseOutgoing}},
		{op.WhyIn{Port: 3006}, []limen.CauseKind{limen.CauseTimeWait}},
		{op.WhyIn{Port: 3007, Transport: limen.UDP}, []limen.CauseKind{limen.CauseListener}},
		{op.WhyIn{Port: 3007}, nil},
		{op.WhyIn{Port: 3008}, nil},
	} {
		v := why(t, tt.in)
		if diff := cmp.Diff(tt.want, blocking(v)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.in, diff)
		}
		if v.Free != (len(tt.want) == 0) {
			t.Errorf("%+v: free is %v", tt.in, v.Free)
		}
		if tt.in.NoTry == v.Tried {
			t.Errorf("%+v: tried is %v, with binds %v", tt.in, v.Tried, v.Binds)
		}
		if v.Number == nil || v.Number.Port != tt.in.Port {
			t.Errorf("%+v: the verdict does not say what the number is for", tt.in)
		}
	}
}

func TestWhyTriesTheAddressThatWasAskedFor(t *testing.T) {
	own := netip.MustParseAddr("127.0.0.9")
	v := why(t, op.WhyIn{Port: 3000, Address: own})
	if len(v.Binds) == 0 || v.Binds[0].Address != own || !v.Binds[0].Free {
		t.Errorf("binds %+v; want %s tried first", v.Binds, own)
	}
}

func TestPortZeroIsRefused(t *testing.T) {
	_, err := New(Config{}).Why(t.Context(), op.WhyIn{})
	if !errors.Is(err, limen.Invalid) {
		t.Errorf("port 0: %v; want Invalid", err)
	}
	_, err = New(Config{}).Number(t.Context(), op.NumberIn{})
	if !errors.Is(err, limen.Invalid) {
		t.Errorf("no number at all: %v; want Invalid", err)
	}
}

// Each of them binds the port for a moment, so each can meet another's bind.
func TestManyWhoAskAtOnceAllHearThatTheyAreAlone(t *testing.T) {
	nettest.NeedPrivate(t)
	const askers = 8
	verdicts := make([]limen.Verdict, askers)
	errs := make([]error, askers)
	var wg sync.WaitGroup
	for i := range askers {
		wg.Go(func() { verdicts[i], errs[i] = New(Config{}).Why(context.Background(), op.WhyIn{Port: 3000}) })
	}
	wg.Wait()
	for i, v := range verdicts {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if !v.Free {
			t.Errorf("asker %d hears that the port is not free: %v", i, v.Causes)
		}
	}
}

func TestEveryVerbIsBound(t *testing.T) {
	for _, name := range []string{op.List.Name, op.Why.Name, op.Number.Name} {
		bound := false
		for _, b := range New(Config{}).Ops() {
			bound = bound || b.Name == name
		}
		if !bound {
			t.Errorf("nobody carries out %s", name)
		}
	}
}
