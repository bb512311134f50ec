package host

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// A scene is a step of a test that watches: what it does, and then waits to be
// told.
type scene struct {
	do   func()
	told []string // "opened tcp/127.0.0.1:3000 sole"
}

// watchScenes plays scenes one after another while it watches, and compares
// all that it is told. What happens is brought about between two pieces of
// news, so nothing has to run beside it.
func watchScenes(t *testing.T, in op.WatchIn, scenes ...scene) (events []limen.Event) {
	t.Helper()
	nettest.NeedPrivate(t)
	in.Every = time.Millisecond
	var want, got []string
	for news, err := range op.Watch.On(t.Context(), New(Config{}).Ops(), in) {
		if err != nil {
			t.Fatal(err)
		}
		if e := news.Event; e != nil {
			s := e.Change.String() + " " + e.Listener.Endpoint.String()
			for _, o := range e.Listener.Owners {
				s += " " + o.Role.String()
			}
			events, got = append(events, *e), append(got, s)
		}
		if !slices.Equal(got, want[:min(len(got), len(want))]) {
			t.Fatalf("told %q, want %q", got, want)
		}
		for len(got) == len(want) {
			if len(scenes) == 0 {
				return events
			}
			scenes[0].do()
			want = append(want, scenes[0].told...)
			scenes = scenes[1:]
		}
	}
	return events
}

func TestAWatchTellsWhoOpenedAndWhoClosed(t *testing.T) {
	var web, dns *nettest.Process
	start := func(network string) *nettest.Process {
		return nettest.Program{Name: "server", Sockets: []nettest.Spec{{Kind: nettest.Listening, Network: network, Addr: "127.0.0.1:3000"}}}.Start(t)
	}
	nettest.Enter(t)
	before := time.Now()
	events := watchScenes(t, op.WatchIn{},
		scene{func() { web = start("tcp") }, []string{"opened tcp/127.0.0.1:3000 sole"}},
		scene{func() { dns = start("udp") }, []string{"opened udp/127.0.0.1:3000 sole"}},
		scene{func() { web.Stop() }, []string{"closed tcp/127.0.0.1:3000 sole"}},
		scene{func() { dns.Stop() }, []string{"closed udp/127.0.0.1:3000 sole"}},
	)
	for i, e := range events {
		who := e.Listener.Owners[0].Process
		if want := []int{web.PID, dns.PID}[i%2]; who.PID != want || who.Name != "server" || e.Listener.Reach != limen.Self || e.Listener.User == nil {
			t.Errorf("%s by %+v, want pid %d", e.Change, who, want)
		}
		if e.Time.Location() != time.UTC || e.Time.Before(before.Add(-time.Second)) || e.Time.After(time.Now()) {
			t.Errorf("%s at %v", e.Change, e.Time)
		}
	}
}

func TestAWatchBeginsWithWhatIsThereIfAsked(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	for _, begin := range []bool{true, false} {
		var told []string
		for news, err := range op.Watch.On(t.Context(), New(Config{}).Ops(), op.WatchIn{Begin: begin, Every: time.Millisecond}) {
			if err != nil {
				t.Fatal(err)
			}
			if news.Event == nil {
				nettest.Listen(t, "tcp", fmt.Sprintf("127.0.0.1:300%d", map[bool]int{true: 1, false: 2}[begin]))
				continue
			}
			told = append(told, news.Event.Change.String()+" "+news.Event.Listener.Endpoint.String())
			if last := news.Event.Listener.Endpoint.Port(); last == 3002 || begin && last == 3001 {
				break
			}
		}
		want := []string{"opened tcp/127.0.0.1:3002"}
		if begin {
			want = []string{"opened tcp/127.0.0.1:3000", "opened tcp/127.0.0.1:3001"}
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("begin %v (-want +got):\n%s", begin, diff)
		}
	}
}

func TestAWatchTellsOnlyWhatTheQueryMeans(t *testing.T) {
	q, err := limen.ParseQuery("reach:self text:meant")
	if err != nil {
		t.Fatal(err)
	}
	program := func(name, addr string) func() {
		return func() {
			nettest.Program{Name: name, Sockets: []nettest.Spec{{Kind: nettest.Listening, Network: "tcp", Addr: addr}}}.Start(t)
		}
	}
	nettest.Enter(t)
	nettest.Address(t, "10.1.2.3/24")
	watchScenes(t, op.WatchIn{Query: q},
		scene{program("other", "127.0.0.1:3000"), nil},
		scene{program("meant", "10.1.2.3:3000"), nil},
		scene{program("meant", "127.0.0.1:3001"), []string{"opened tcp/127.0.0.1:3001 sole"}},
	)
}

func TestATwinIsAPeerOfTheOneThatIsThere(t *testing.T) {
	nettest.Enter(t)
	twin := func() {
		nettest.Listen(t, "tcp", "127.0.0.1:3000", "reuseport")
	}
	watchScenes(t, op.WatchIn{},
		scene{twin, []string{"opened tcp/127.0.0.1:3000 sole"}},
		scene{twin, []string{"opened tcp/127.0.0.1:3000 peer"}},
	)
}

// The kernel tells who it was; without it, such a listener is not seen at all.
func TestWhoEndedBeforeItCouldBeAskedIsStillNamed(t *testing.T) {
	nettest.Enter(t)
	var pid int
	for news, err := range op.Watch.On(t.Context(), New(Config{}).Ops(), op.WatchIn{Every: time.Hour, Query: limen.Query{Transport: limen.TCP}}) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := news.Event; {
		case e == nil && len(news.Gaps) > 0:
			nettest.Skip(t, "needs the kernel's own events: "+news.Gaps[0].Why)
		case e == nil:
			p := nettest.Program{Name: "flash", Args: []string{"node", "server.js"}, Sockets: []nettest.Spec{
				{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"}}}.Start(t)
			p.Stop()
			pid = p.PID
		case e.Change == limen.Closed:
			return
		default:
			if len(e.Listener.Owners) != 1 {
				t.Fatalf("owners %+v", e.Listener.Owners)
			}
			o := e.Listener.Owners[0]
			if o.Process.PID != pid || o.Process.Birth == 0 || o.Process.Name != "node server.js" || o.Role != limen.Sole || o.Proof != limen.Proved {
				t.Errorf("opened by %+v, want pid %d", o, pid)
			}
		}
	}
}

func TestAWatchThatOnlyLooksSaysSo(t *testing.T) {
	h := New(Config{})
	h.sockets.Proc = t.TempDir()
	enough := errors.New("enough")
	err := h.Watch(t.Context(), op.WatchIn{}, func(n limen.News) error {
		if len(n.Gaps) == 0 {
			t.Error("it is blind to what lives shortly, and does not say so")
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Errorf("it ended with %v", err)
	}
}

// A clock that is set changes the times that are told, and nothing else.
func TestAClockThatIsSetDisturbsNoOrder(t *testing.T) {
	nettest.Enter(t)
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var clock atomic.Int64
	set := func(to time.Time) { clock.Store(to.UnixNano()) }
	set(noon)
	h := New(Config{Now: func() time.Time { return time.Unix(0, clock.Load()) }})
	var s *nettest.Socket
	steps := []struct {
		told string
		at   time.Time
		do   func()
	}{
		{"", noon, func() { s = nettest.Listen(t, "tcp", "127.0.0.1:3000") }},
		{"opened tcp/127.0.0.1:3000", noon.Add(-24 * time.Hour), func() { s.Close() }},
		{"closed tcp/127.0.0.1:3000", noon.Add(365 * 24 * time.Hour), func() { nettest.Listen(t, "tcp", "127.0.0.1:3001") }},
		{"opened tcp/127.0.0.1:3001", noon, nil},
	}
	last := noon
	for news, err := range op.Watch.On(t.Context(), h.Ops(), op.WatchIn{Every: time.Millisecond}) {
		if err != nil {
			t.Fatal(err)
		}
		step := steps[0]
		switch e := news.Event; {
		case e == nil && step.told != "":
			continue // a gap
		case e != nil:
			if got := e.Change.String() + " " + e.Listener.Endpoint.String(); got != step.told {
				t.Fatalf("told %s, want %s", got, step.told)
			}
			if off := last.Sub(e.Time); off < 0 || off > time.Minute {
				t.Errorf("%s at %v by a clock that said %v", step.told, e.Time, last)
			}
			if len(e.Listener.Owners) != 1 || e.Listener.Owners[0].Process.PID != os.Getpid() {
				t.Errorf("%s by %+v, want this test", step.told, e.Listener.Owners)
			}
		}
		if step.do == nil {
			return
		}
		last = step.at
		set(last)
		step.do()
		steps = steps[1:]
	}
}

// Between the kernel's event and the question who that was, a process can end
// and its number be given to another.
func TestASuccessorOfTheOneWhoOpenedIsNotNamed(t *testing.T) {
	self, gaps := New(Config{}).newPeople(false), []limen.Gap(nil)
	_ = gaps
	_ = self
}
