package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }

// serve has a relay carry to wherever dial leads, and returns where it listens
// and how to end it.
func serve(t *testing.T, r *Relay) (at string, end func()) {
	t.Helper()
	l, err := Listen(t.Context(), netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, l) }()
	end = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(end)
	return l.Addr().String(), end
}

// listen answers each connection with answer, until the test ends.
func listen(t *testing.T, network, at string, answer func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer c.Close(); answer(c) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return l
}

// to dials always the same place.
func to(l net.Listener) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, l.Addr().Network(), l.Addr().String())
	}
}

func dial(t *testing.T, at string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// refusal is what somebody hears who connects and is turned away. Who is reset soon
// enough hears that instead of being connected.
func refusal(at string) error {
	c, err := net.Dial("tcp", at)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(time.Minute)) // only a test that fails waits for it
	_, err = c.Read(make([]byte, 1))
	return err
}

func TestEachSideHearsTheLastOfTheOtherAndGoesOn(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		at := map[string]string{"tcp": "127.0.0.1:0", "unix": t.TempDir() + "/target"}[network]
		target := listen(t, network, at, func(c net.Conn) {
			all, err := io.ReadAll(c) // ends only when the client's half does
			fmt.Fprintf(c, "%d bytes, %v", len(all), err)
		})
		relay := &Relay{Dial: to(target)}
		place, end := serve(t, relay)
		c := dial(t, place)
		fmt.Fprint(c, "question")
		c.CloseWrite()
		if got, err := io.ReadAll(c); string(got) != "8 bytes, <nil>" || err != nil {
			t.Errorf("%s: the answer is %q, %v", network, got, err)
		}
		end()
		if got, want := relay.Counts(), (Counts{Carried: 1, Up: 8, Down: 14}); got != want {
			t.Errorf("%s: %+v; want %+v", network, got, want)
		}
	}
}

func TestAHundredMegabytesPassBothWaysAtOnceUnchanged(t *testing.T) {
	const size = 100 << 20
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<12)
	send := func(c net.Conn) {
		for range size / len(block) {
			if _, err := c.Write(block); err != nil {
				t.Error(err)
				return
			}
		}
		c.(*net.TCPConn).CloseWrite()
	}
	sum := func(c io.Reader) (s [sha256.Size]byte) {
		h := sha256.New()
		if n, err := io.Copy(h, c); n != size || err != nil {
			t.Errorf("%d bytes came, %v", n, err)
		}
		return [sha256.Size]byte(h.Sum(nil))
	}
	var there [sha256.Size]byte
	received := make(chan struct{})
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		sent := make(chan struct{})
		go func() { defer close(sent); send(c) }()
		there = sum(c)
		<-sent
		close(received)
	})
	at, _ := serve(t, &Relay{Dial: to(target)})
	c := dial(t, at)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	go send(c)
	here := sum(c)
	<-received
	runtime.ReadMemStats(&after)
	if here != there || here == [sha256.Size]byte{} {
		t.Error("what came is not what was sent")
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > 4<<20 {
		t.Errorf("%d bytes of memory were taken to carry %d", made, 2*size)
	}
}

func TestWhoReadsSlowlyIsNotWrittenTo(t *testing.T) {
	var written int
	full := make(chan struct{})
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		defer close(full)
		block := make([]byte, 1<<20)
		for written < 1<<30 {
			// A relay that took everything would have something moving all the time.
			c.SetWriteDeadline(time.Now().Add(time.Second / 2))
			n, err := c.Write(block)
			if written += n; err != nil {
				return
			}
		}
	})
	at, _ := serve(t, &Relay{Dial: to(target)})
	dial(t, at) // and reads nothing
	<-full
	if written >= 1<<30 {
		t.Error("a gigabyte was taken for somebody who reads nothing")
	}
}

func TestAConnectionWaitsForATargetThatIsStartedAgain(t *testing.T) {
	// The place of a target that is away for the moment.
	l := listen(t, "tcp", "127.0.0.1:0", func(net.Conn) {})
	l.Close()
	tried := make(chan struct{}, 100)
	relay := &Relay{Patience: time.Minute, Dial: func(ctx context.Context) (net.Conn, error) {
		c, err := to(l)(ctx)
		tried <- struct{}{}
		return c, err
	}}
	at, _ := serve(t, relay)
	c := dial(t, at)
	fmt.Fprintln(c, "early")
	<-tried
	listen(t, "tcp", l.Addr().String(), func(c net.Conn) { io.Copy(c, c) })
	if got, err := bufio.NewReader(c).ReadString('\n'); got != "early\n" || err != nil {
		t.Errorf("the answer is %q, %v", got, err)
	}
}

func TestAConnectionToATargetThatDoesNotComeIsReset(t *testing.T) {
	gone := errors.New("nothing is there")
	relay := &Relay{Patience: time.Millisecond, Dial: func(context.Context) (net.Conn, error) { return nil, gone }}
	at, end := serve(t, relay)
	if err := refusal(at); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client hears %v; want a reset", err)
	}
	end()
	if got := relay.Counts(); got != (Counts{Failed: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestAResetOfOneSideReachesTheOther(t *testing.T) {
	got := make(chan error, 1)
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) {
		fmt.Fprintln(c, "hello")
		_, err := c.Read(make([]byte, 1))
		got <- err
	})
	at, _ := serve(t, &Relay{Dial: to(target)})
	c := dial(t, at)
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	c.SetLinger(0)
	c.Close()
	if err := <-got; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the target reads %v; want a reset", err)
	}
}

func TestOneConnectionTooManyIsRefusedAndTheOthersStay(t *testing.T) {
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) { io.Copy(c, c) })
	relay := &Relay{Dial: to(target), Most: 2}
	at, _ := serve(t, relay)
	echo := func(c net.Conn) error {
		fmt.Fprintln(c, "x")
		_, err := c.Read(make([]byte, 2))
		return err
	}
	first, second := dial(t, at), dial(t, at)
	for _, c := range []net.Conn{first, second} {
		if err := echo(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := refusal(at); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a third one hears %v; want a reset, as two are the most", err)
	}
	if err := echo(first); err != nil {
		t.Errorf("the first one broke: %v", err)
	}
	if got := relay.Counts(); got.Refused != 1 || got.Open != 2 {
		t.Errorf("%+v", got)
	}
}

func TestAnEndedRelayLeavesNothingBehind(t *testing.T) {
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) { io.Copy(io.Discard, c) })
	before := runtime.NumGoroutine()
	relay := &Relay{Dial: to(target)}
	at, end := serve(t, relay)
	var all []net.Conn
	for range 50 {
		c := dial(t, at)
		fmt.Fprint(c, "x")
		all = append(all, c)
	}
	for relay.Counts().Carried < 50 {
		runtime.Gosched()
	}
	end()
	for _, c := range all {
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a connection lives on: %v", err)
		}
	}
	if got := relay.Counts().Open; got != 0 {
		t.Errorf("%d connections are open", got)
	}
	if _, err := net.Dial("tcp", at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("its place answers: %v", err)
	}
	// What the target's own goroutines need to see the end is theirs.
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines, %d before", now, before)
	}
}

func TestALingeringRelayTakesNobodyNewAndLetsTheOthersEnd(t *testing.T) {
	target := listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) { io.Copy(c, c) })
	l, err := Listen(t.Context(), netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- (&Relay{Dial: to(target), Linger: time.Hour}).Serve(ctx, l) }()
	c := dial(t, l.Addr().String())
	r := bufio.NewReader(c)
	for _, word := range []string{"before\n", "after\n"} {
		fmt.Fprint(c, word)
		if got, err := r.ReadString('\n'); got != word || err != nil {
			t.Fatalf("%q came back for %q: %v", got, word, err)
		}
		stop()
	}
	c.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("somebody new was let in")
	}
}

func TestWhoIsInTheWayIsSaid(t *testing.T) {
	nettest.NeedPrivate(t)
	at := netip.MustParseAddrPort("127.77.1.2:5432")
	for _, row := range []struct{ holder, why string }{
		{"127.77.1.2:5432", "another program listens there"},
		{"0.0.0.0:5432", "on every address"},
		{"[::]:5432", "on every address"},
	} {
		s := nettest.Listen(t, "tcp", row.holder)
		_, err := Listen(t.Context(), at)
		if e := new(limen.Error); !errors.As(err, &e) || e.Kind != limen.Busy || !strings.Contains(e.Why, row.why) {
			t.Errorf("beside %s: %v; want %q", row.holder, err, row.why)
		}
		s.Close()
	}
	nettest.Listen(t, "tcp", "127.0.0.1:5432")
	l, err := Listen(t.Context(), at)
	if err != nil {
		t.Fatalf("beside another loopback address: %v", err)
	}
	l.Close()
}

func TestNobodyBesideThisMachineIsLetIn(t *testing.T) {
	for _, at := range []string{"0.0.0.0:0", "[::]:0", "10.0.0.1:0"} {
		if l, err := Listen(t.Context(), netip.MustParseAddrPort(at)); !errors.Is(err, limen.Invalid) {
			t.Errorf("%s: %v, %v", at, l, err)
		}
	}
}
