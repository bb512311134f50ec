package host

import (
	"bufio"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// A locked is a server that speaks as Redis does to those who have not said
// their password.
type locked struct {
	visits atomic.Int32
}

// lockedAt has one wait at an address until the test ends.
func lockedAt(t *testing.T, address string) *locked {
	t.Helper()
	nettest.NeedPrivate(t)
	shared := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
		return err
	}}
	l, err := shared.Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s := &locked{}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.visits.Add(1)
			all.Go(func() { s.answer(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return s
}

func (*locked) answer(conn net.Conn) {
	defer conn.Close()
	if line, _ := bufio.NewReader(conn).ReadString('\n'); line == "PING\r\n" {
		io.WriteString(conn, "-NOAUTH Authentication required.\r\n")
	}
}

func isRedis(s *limen.Service) bool {
	return s != nil && s.Protocol == "redis" && s.Authentication == limen.AuthenticationRequired && s.Confidence == limen.Exchanged
}

func TestListTouchesNothingUnlessAsked(t *testing.T) {
	s := lockedAt(t, "127.0.0.1:6379")
	snap, err := New(Config{}).List(t.Context(), op.ListIn{})
	if err != nil || len(snap.Listeners) != 1 {
		t.Fatalf("%+v, %v", snap, err)
	}
	if _, err := New(Config{}).Why(t.Context(), op.WhyIn{Port: 6379}); err != nil {
		t.Fatal(err)
	}
	if n := s.visits.Load(); n != 0 || snap.Listeners[0].Service != nil {
		t.Errorf("it was visited %d times, and is said to be %+v", n, snap.Listeners[0].Service)
	}
}

func TestListIdentifiesEachPlaceOnce(t *testing.T) {
	s := lockedAt(t, "127.0.0.1:6379")
	lockedAt(t, "[::]:6380")
	nettest.Bind(t, "tcp", "127.0.0.1:16379") // which nobody could connect to
	snap, err := New(Config{}).List(t.Context(), op.ListIn{Identify: true})
	if err != nil || len(snap.Listeners) != 2 {
		t.Fatalf("%+v, %v", snap, err)
	}
	for _, l := range snap.Listeners {
		if !isRedis(l.Service) {
			t.Errorf("%s is taken for %+v", l.Endpoint, l.Service)
		}
	}
	if n := s.visits.Load(); n != 1 {
		t.Errorf("it was visited %d times", n)
	}
	if len(snap.Gaps) > 0 {
		t.Errorf("gaps: %v", snap.Gaps)
	}
}

func TestAWildcardIsAskedWhereNoOtherAnswersForIt(t *testing.T) {
	own := lockedAt(t, "127.0.0.1:6379")
	other := lockedAt(t, "0.0.0.0:6379")
	snap, err := New(Config{}).List(t.Context(), op.ListIn{Identify: true})
	if err != nil || len(snap.Listeners) != 2 {
		t.Fatalf("%+v, %v", snap, err)
	}
	if own.visits.Load() != 1 || other.visits.Load() != 1 {
		t.Errorf("visits: %d of the one at its own address, %d of the wildcard", own.visits.Load(), other.visits.Load())
	}
}

func TestWhyIdentifiesWhoIsInTheWay(t *testing.T) {
	lockedAt(t, "127.0.0.1:6379")
	v := why(t, op.WhyIn{Port: 6379, Identify: true})
	if len(v.Causes) == 0 || !isRedis(v.Causes[0].Service) {
		t.Errorf("causes: %+v", v.Causes)
	}
}

func TestWhyIdentifiesInsideAnotherNamespace(t *testing.T) {
	nettest.NeedPrivate(t)
	nettest.NeedRoot(t)
	n := nettest.Namespace(t)
	n.Do(func() {
		lockedAt(t, "127.0.0.1:6379")
		nettest.Program{Name: "inside"}.Start(t) // a way in, as a container's processes are
	})
	v := why(t, op.WhyIn{Port: 6379, Identify: true})
	for _, c := range v.Causes {
		if c.Kind == limen.CauseNamespace && isRedis(c.Service) {
			return
		}
	}
	t.Errorf("causes: %+v", v.Causes)
}

func TestIdentifyAsksAtAPortAndAtAnAddress(t *testing.T) {
	lockedAt(t, "127.0.0.1:6379")
	lockedAt(t, "[::1]:6379")
	h := New(Config{})
	ask := func(endpoints ...string) []limen.Identity {
		t.Helper()
		var in op.IdentifyIn
		for _, e := range endpoints {
			in.Endpoints = append(in.Endpoints, limen.MustParseEndpoint(e))
		}
		got, err := h.Identify(t.Context(), in)
		if err != nil || len(got.Gaps) > 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got.Identities
	}
	if all := ask("tcp/[::]:6379"); len(all) != 2 || !isRedis(all[0].Service) || !isRedis(all[1].Service) || len(all[0].Owners) != 1 {
		t.Errorf("the port: %+v", all)
	}
	if one := ask("tcp/127.0.0.1:6379"); len(one) != 1 || !isRedis(one[0].Service) || len(one[0].Owners) != 1 {
		t.Errorf("the address: %+v", one)
	}
	for _, nobody := range []string{"tcp/127.0.0.1:9", "tcp/[::]:9", "udp/127.0.0.1:9"} {
		if none := ask(nobody); len(none) != 1 || none[0].Service != nil || none[0].Why != "nobody listens there" {
			t.Errorf("%s: %+v", nobody, none)
		}
	}
}

func TestAFullBacklogIsAGap(t *testing.T) {
	nettest.NeedPrivate(t)
	full := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	var conns []net.Conn
	ctx := t.Context()
	for {
		var d net.Dialer
		d.Timeout = 50e6 // of a queue that is full, the system tells nothing
		conn, err := d.DialContext(ctx, "tcp", "127.0.0.1:3000")
		if err != nil {
			break
		}
		conns = append(conns, conn)
		if len(conns) > 5000 {
			t.Skip("needs a listener whose queue is short enough to be filled")
		}
	}
	_ = full
	snap, err := New(Config{}).List(ctx, op.ListIn{Identify: true})
	for _, c := range conns {
		c.Close()
	}
	if err != nil || len(snap.Gaps) != 1 || snap.Listeners[0].Service != nil {
		t.Errorf("%+v, %v", snap, err)
	}
}
