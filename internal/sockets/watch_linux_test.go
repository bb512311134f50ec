package sockets

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// never is how often is looked where the kernel alone is to tell.
const never = time.Hour

// A follower is a watch that goes on beside the test.
type follower struct {
	t       *testing.T
	begun   Report // its first report
	reports chan Report
	pending []Change
	gaps    []limen.Gap
	stop    func()
}

// follow watches until the test ends, or stop is called. It returns once the
// watch has begun.
func follow(t *testing.T, want Want, every time.Duration) *follower {
	t.Helper()
	return followOn(t, want, every, func(do func()) { do() })
}

// followOn is follow on a thread that is prepared for it.
func followOn(t *testing.T, want Want, every time.Duration, on func(do func())) *follower {
	t.Helper()
	nettest.NeedPrivate(t)
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{t: t, reports: make(chan Report)}
	ended := make(chan error)
	go on(func() {
		ended <- Reader{}.Watch(ctx, want, every, func(r Report) error {
			select {
			case f.reports <- r:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	stopped := false
	f.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the watch ended with %v", err)
		}
	}
	t.Cleanup(f.stop)
	select {
	case f.begun = <-f.reports:
	case err := <-ended:
		stopped = true
		t.Fatalf("the watch did not begin: %v", err)
	}
	return f
}

// next waits for the next change.
func (f *follower) next() Change {
	f.t.Helper()
	for len(f.pending) == 0 {
		r := <-f.reports
		f.pending, f.gaps = r.Changes, append(f.gaps, r.Gaps...)
	}
	c := f.pending[0]
	f.pending = f.pending[1:]
	return c
}

// expect waits for a change at an endpoint, which must be the next one.
func (f *follower) expect(change limen.Change, endpoint string) Change {
	f.t.Helper()
	c := f.next()
	if c.Change != change || c.Socket.Local.String() != endpoint {
		f.t.Fatalf("%s %v; want %s %s", c.Change, c.Socket.Local, change, endpoint)
	}
	return c
}

// needTrace skips where the kernel does not tell by itself.
func needTrace(t *testing.T) {
	t.Helper()
	tr, err := openTrace(Reader{})
	if err != nil {
		nettest.Skip(t, "needs the right to load a BPF program, and a kernel that takes it: "+err.Error())
	}
	tr.close()
}

// withoutBPF calls do on a thread that may not use bpf(2).
func withoutBPF(do func()) {
	onThrownAwayThread(func() {
		if err := dropCapabilities(unix.CAP_BPF, unix.CAP_PERFMON, unix.CAP_SYS_ADMIN); err != nil {
			panic(err)
		}
		do()
	})
}

// manners are the two ways to watch: by the kernel's events, and by looking.
var manners = map[string]struct {
	every time.Duration
	need  func(*testing.T)
	on    func(do func())
}{
	"events":  {never, needTrace, func(do func()) { do() }},
	"looking": {time.Millisecond, func(*testing.T) {}, withoutBPF},
}

func me(t *testing.T) []Holder {
	return []Holder{{limen.ProcessID{PID: os.Getpid(), Birth: born(t, os.Getpid())}, limen.Proved}}
}

func TestAWatchTellsOfWhatIsThereThenOfWhatHappens(t *testing.T) {
	for name, m := range manners {
		t.Run(name, func(t *testing.T) {
			m.need(t)
			early := nettest.Listen(t, "tcp", "127.0.0.1:3000")
			f := followOn(t, Want{}, m.every, m.on)
			if c := f.begun.Changes; len(c) != 1 || c[0].Change != limen.Opened || c[0].Socket.Local.Port() != 3000 || !slices.Equal(c[0].Socket.Holders, me(t)) {
				t.Errorf("it begins with %+v", c)
			}
			late := nettest.Listen(t, "tcp", "[::1]:3001")
			if c := f.expect(limen.Opened, "tcp/[::1]:3001"); !slices.Equal(c.Socket.Holders, me(t)) {
				t.Errorf("held by %v, want %v", c.Socket.Holders, me(t))
			}
			early.Close()
			if c := f.expect(limen.Closed, "tcp/127.0.0.1:3000"); !slices.Equal(c.Socket.Holders, me(t)) {
				t.Errorf("it was held by %v, want %v", c.Socket.Holders, me(t))
			}
			late.Close()
			f.expect(limen.Closed, "tcp/[::1]:3001")
			if len(f.gaps) > 0 {
				t.Errorf("gaps: %+v", f.gaps)
			}
		})
	}
}

func TestAWatchLooksForUDP(t *testing.T) {
	f := follow(t, Want{Transport: limen.UDP}, time.Millisecond)
	s := nettest.Listen(t, "udp", "127.0.0.1:5300")
	if c := f.expect(limen.Opened, "udp/127.0.0.1:5300"); !slices.Equal(c.Socket.Holders, me(t)) {
		t.Errorf("held by %v, want %v", c.Socket.Holders, me(t))
	}
	s.Close()
	f.expect(limen.Closed, "udp/127.0.0.1:5300")
}

func TestAWatchSaysWhatItNeverSees(t *testing.T) {
	for _, test := range []struct {
		manner, what string
		want         Want
	}{
		{"looking", "listeners that live shorter than 1ms", Want{}},
		{"looking", "listeners that live shorter than 1ms", Want{Transport: limen.TCP}},
		{"events", "UDP sockets that live shorter than 1h0m0s", Want{}},
		{"events", "UDP sockets that live shorter than 1h0m0s", Want{Transport: limen.UDP}},
		{"events", "", Want{Transport: limen.TCP}},
	} {
		t.Run(test.manner+" "+test.what, func(t *testing.T) {
			m := manners[test.manner]
			m.need(t)
			what := ""
			for _, g := range followOn(t, test.want, m.every, m.on).begun.Gaps {
				what += g.What
			}
			if what != test.what {
				t.Errorf("it says it will not see %q, want %q", what, test.what)
			}
		})
	}
}

func TestAWatchTellsOnlyWhatIsMeant(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{Transport: limen.TCP, Match: func(e limen.Endpoint) bool { return e.Port() > 4000 }}, never)
	nettest.Listen(t, "tcp", "127.0.0.1:3000").Close()
	nettest.Listen(t, "tcp", "127.0.0.1:5000")
	f.expect(limen.Opened, "tcp/127.0.0.1:5000")
}

func TestAWatchStaysInItsNamespace(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{}, never)
	nettest.Namespace(t).Do(func() { nettest.Listen(t, "tcp", "127.0.0.1:3000") })
	nettest.Listen(t, "tcp", "127.0.0.1:5000")
	f.expect(limen.Opened, "tcp/127.0.0.1:5000")
}

// A listener that a program is given by name only after it had asked for it,
// as by listen(2) without bind(2), has no port yet when the kernel tells.
func TestAListenerThatChoseNoPortIsFoundByLooking(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{Transport: limen.TCP}, time.Millisecond)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	if c := f.next(); c.Change != limen.Opened || c.Socket.Local.Port() == 0 {
		t.Errorf("%v %v", c.Change, c.Socket.Local)
	}
	unix.Close(fd)
	if c := f.next(); c.Change != limen.Closed {
		t.Errorf("%v %v", c.Change, c.Socket.Local)
	}
}

func TestTheKernelTellsWhatTheTableShows(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{Transport: limen.TCP}, never)
	waiting(t)
	table := read(t, readNetlink, Want{Transport: limen.TCP})
	if len(table) < 5 {
		t.Fatalf("only %d sockets to compare", len(table))
	}
	var told []Socket
	for range table {
		c := f.next()
		if !slices.Equal(c.Socket.Holders, me(t)) || c.Caller == nil || c.Caller.ProcessID != c.Socket.Holders[0].ProcessID {
			t.Errorf("%v: held by %v, opened by %+v", c.Socket.Local, c.Socket.Holders, c.Caller)
		}
		told = append(told, c.Socket)
	}
	if diff := cmp.Diff(table, tidy(told, Want{}), cmpopts.IgnoreUnexported(Socket{}), cmpopts.IgnoreFields(Socket{}, "Holders"),
		cmpopts.EquateComparable(netip.AddrPort{}, limen.Endpoint{})); diff != "" {
		t.Errorf("(-table +told):\n%s", diff)
	}
}

// Go's own listeners are MPTCP where the kernel has it, and lose their inode
// before they close.
func TestTheKernelTellsOfMPTCPOnce(t *testing.T) {
	needTrace(t)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_MPTCP)
	if err != nil {
		nettest.Skip(t, "needs a kernel with MPTCP: "+err.Error())
	}
	f := follow(t, Want{}, never)
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Port: 3000, Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 1)); err != nil {
		t.Fatal(err)
	}
	f.expect(limen.Opened, "tcp/127.0.0.1:3000")
	unix.Close(fd)
	f.expect(limen.Closed, "tcp/127.0.0.1:3000")
	nettest.Listen(t, "tcp", "127.0.0.1:5000")
	f.expect(limen.Opened, "tcp/127.0.0.1:5000")
}

// Connections begin as copies of their listener.
func TestAConnectionDoesNotCloseItsListener(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{}, never)
	l := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	f.expect(limen.Opened, "tcp/127.0.0.1:3000")
	unix.Close(dial(t, l.Local))
	nettest.Listen(t, "tcp", "127.0.0.1:5000")
	f.expect(limen.Opened, "tcp/127.0.0.1:5000")
}

func TestWhoEndedBeforeAnyoneLookedIsKnown(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{}, never)
	p := nettest.Program{Name: "a very long name", Args: []string{"short", "lived\nprogram", ""}, Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3000"},
	}}.Start(t)
	p.Stop()
	c := f.expect(limen.Opened, "tcp/127.0.0.1:3000")
	if c.Caller.PID != p.PID || c.Caller.Name != "a very long nam" {
		t.Errorf("opened by %+v, want pid %d", c.Caller, p.PID)
	}
	if diff := cmp.Diff([]string{"short", "lived\nprogram", ""}, c.Caller.Command); diff != "" {
		t.Errorf("its arguments (-want +got):\n%s", diff)
	}
	f.expect(limen.Closed, "tcp/127.0.0.1:3000")
}

// flash opens and closes a listener on each port.
func flash(t *testing.T, ports int) {
	for i := range ports {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Port: 10000 + i, Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 1), unix.Close(fd))
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAThousandListenersThatCloseAtOnceAreAllTold(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{}, never)
	const n = 1000
	go flash(t, n)
	for i := range n {
		at := fmt.Sprintf("tcp/127.0.0.1:%d", 10000+i)
		f.expect(limen.Opened, at)
		f.expect(limen.Closed, at)
	}
	if len(f.gaps) > 0 {
		t.Errorf("gaps: %+v", f.gaps)
	}
}

func TestWhatFindsNoRoomIsCountedAndTheTableHeals(t *testing.T) {
	needTrace(t)
	f := follow(t, Want{Transport: limen.TCP}, time.Millisecond)
	early := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	f.expect(limen.Opened, "tcp/127.0.0.1:3000")
	const n = 3 * ringSize / sightOpened
	flash(t, n) // nobody takes the reports meanwhile
	early.Close()
	nettest.Listen(t, "tcp", "127.0.0.1:5000")
	told, lost := 0, 0
	for isClosed, isOpened := false, false; !isClosed || !isOpened; { // both are told or found
		switch c := f.next(); c.Socket.Local.Port() {
		case 3000:
			isClosed = c.Change == limen.Closed
		case 5000:
			isOpened = c.Change == limen.Opened
		default:
			told++
		}
	}
	for _, g := range f.gaps {
		n := 0
		if _, err := fmt.Sscanf(g.What, "%d openings and closings of TCP listeners", &n); err != nil {
			t.Errorf("gap %+v: %v", g, err)
		}
		lost += n
	}
	if sum := told + lost; lost == 0 || sum < 2*n || sum > 2*n+2 {
		t.Errorf("%d told and %d lost of %d", told, lost, 2*n)
	}
}

func TestTwoWatchesDoNotTakeFromEachOther(t *testing.T) {
	needTrace(t)
	a, b := follow(t, Want{}, never), follow(t, Want{}, never)
	nettest.Listen(t, "tcp", "127.0.0.1:3000")
	a.expect(limen.Opened, "tcp/127.0.0.1:3000")
	a.stop()
	b.expect(limen.Opened, "tcp/127.0.0.1:3000")
	nettest.Listen(t, "tcp", "127.0.0.1:3001")
	b.expect(limen.Opened, "tcp/127.0.0.1:3001")
}

func TestAWatchLeavesNothingBehind(t *testing.T) {
	before := 0
	for i := range 3 { // the first may open what Go keeps, as its poller
		f := follow(t, Want{}, time.Millisecond)
		nettest.Listen(t, "tcp", fmt.Sprintf("127.0.0.1:%d", 3000+i)).Close()
		f.stop()
		if i == 0 {
			before = descriptors(t)
		}
	}
	if now := descriptors(t); now > before {
		t.Errorf("%d descriptors are open, and %d were", now, before)
	}
}

func TestAWatchEndsWhenNobodyListens(t *testing.T) {
	enough := errors.New("enough")
	if err := (Reader{}).Watch(t.Context(), Want{}, never, func(Report) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("it ended with %v", err)
	}
}

// keep starts a program that holds a socket and does nothing else.
func keep(t *testing.T, cat string, s *nettest.Socket) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(cat)
	cmd.ExtraFiles = []*os.File{s.File()}
	life, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		life.Close()
		cmd.Wait()
	})
	return cmd
}

func TestASocketThatOutlivesItsHolderHasChangedHands(t *testing.T) {
	cat := nettest.Need(t, "cat")
	for name, m := range manners {
		t.Run(name, func(t *testing.T) {
			m.need(t)
			s := nettest.Listen(t, "tcp", "127.0.0.1:3000")
			children := map[int]*exec.Cmd{}
			for range 2 {
				cmd := keep(t, cat, s)
				children[cmd.Process.Pid] = cmd
			}
			s.Close()
			f := followOn(t, Want{}, time.Millisecond, m.on)
			holders := f.begun.Changes[0].Socket.Holders
			if len(holders) != 2 {
				t.Fatalf("held by %v", holders)
			}
			first := children[holders[0].PID]
			if err := first.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			c := f.expect(limen.OwnerChanged, "tcp/127.0.0.1:3000")
			if diff := cmp.Diff(holders[1:], c.Socket.Holders); diff != "" {
				t.Errorf("held by (-want +got):\n%s", diff)
			}
			second := children[holders[1].PID]
			if err := second.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			f.expect(limen.Closed, "tcp/127.0.0.1:3000")
			for _, g := range f.gaps {
				if !strings.Contains(g.What, "look") {
					t.Errorf("gap %+v", g)
				}
			}
		})
	}
}

func BenchmarkWatchLooks(b *testing.B) {
	w := &watch{known: map[identity]*watched{}}
	for b.Loop() {
		if err := w.look(b.Context(), &Report{}); err != nil {
			b.Fatal(err)
		}
	}
}
