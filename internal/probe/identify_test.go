package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
)

// asking is a probe that asks servers of which nothing is known, as HTTP does.
var asking = Probe{
	Name:     "asking",
	Programs: []string{"asker"},
	Opening:  func(c *Conn) { c.Send("GET / HTTP/1.1\r\n\r\n") },
	Speak: func(c *Conn) (limen.Service, bool) {
		line := c.Line()
		if !strings.HasPrefix(line, "HTTP/1.1 ") {
			return limen.Service{}, false
		}
		for header := line; header != ""; {
			header = c.Line()
		}
		return limen.Service{Protocol: "asking", Confidence: limen.Exchanged, Evidence: c.Said("the answer", line)}, c.Err() == nil
	},
}

// greeting is a probe whose servers speak first.
var greeting = Probe{
	Name:   "greeting",
	Greets: func(first []byte) bool { return bytes.HasPrefix(first, []byte("hello")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		line := c.Line()
		return limen.Service{Protocol: "greeting", Confidence: limen.Told, Evidence: c.Said("its greeting", line)}, strings.HasPrefix(line, "hello")
	},
}

// grumbling is a probe whose servers complain of the question.
var grumbling = Probe{
	Name:      "grumbling",
	Complains: func(reply []byte) bool { return bytes.HasPrefix(reply, []byte("what?")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		return limen.Service{Protocol: "grumbling", Confidence: limen.Exchanged, Evidence: c.Said("the answer", "yes")}, string(c.Ask("grumbling?")) == "yes"
	},
}

// shy is a probe whose servers answer nothing but their own question.
var shy = Probe{
	Name:     "shy",
	Ports:    []uint16{8448},
	Programs: []string{"shyd"},
	Speak: func(c *Conn) (limen.Service, bool) {
		return limen.Service{Protocol: "shy", Confidence: limen.Exchanged, Evidence: c.Said("the answer", "yes")}, string(c.Ask("shy?")) == "yes"
	},
}

var ours = []Probe{asking, greeting, grumbling, shy}

// A peer is a server of a test: what it does with each connection.
type peer func(net.Conn)

// A caller is what a peer has seen of its clients.
type caller struct {
	at          Target
	connections atomic.Int32 // in all
	open, most  atomic.Int32 // now, and at once, as the client sees them
}

// dial is the target's Dial.
func (v *caller) dial(ctx context.Context) (net.Conn, error) {
	conn, err := v.at.connect(ctx)
	if err != nil {
		return nil, err
	}
	v.connections.Add(1)
	v.most.Store(max(v.most.Load(), v.open.Add(1)))
	return &counted{Conn: conn, caller: v}, nil
}

// A counted connection is open until it is closed.
type counted struct {
	net.Conn
	caller *caller
	once   sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.caller.open.Add(-1) })
	return c.Conn.Close()
}

// serve has a peer wait on loopback until the test ends.
func serve(t testing.TB, p peer) *caller {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &caller{at: Target{Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.MustParseAddrPort(l.Addr().String())}}}
	v.at.Dial = v.dial
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				p(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return v
}

// hears reads what the client says first, and then answers.
func hears(answer func(conn net.Conn, said string)) peer {
	return func(conn net.Conn) {
		b := make([]byte, 4096)
		n, err := conn.Read(b)
		if err == nil {
			answer(conn, string(b[:n]))
		}
	}
}

// drain reads until the client leaves.
func drain(conn net.Conn) { io.Copy(io.Discard, conn) }

var (
	greets = peer(func(conn net.Conn) {
		io.WriteString(conn, "hello 1.2\r\n")
		drain(conn)
	})
	answers = hears(func(conn net.Conn, said string) {
		if strings.HasPrefix(said, "GET ") {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		}
		drain(conn)
	})
	grumbles = hears(func(conn net.Conn, said string) {
		if said == "grumbling?" {
			io.WriteString(conn, "yes")
		} else {
			io.WriteString(conn, "what?")
		}
	})
	isShy = hears(func(conn net.Conn, said string) {
		if said == "shy?" {
			io.WriteString(conn, "yes")
		} else {
			drain(conn)
		}
	})
	stalls = peer(drain)
)

// inside is p behind TLS.
func (p peer) inside(config *tls.Config) peer {
	return func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if secure.Handshake() == nil {
			p(secure)
		}
	}
}

func TestIdentifyFindsWhatSpeaks(t *testing.T) {
	secure := serverTLS(t)
	for _, c := range []struct {
		name  string
		peer  peer
		owner string
		want  string
		tls   bool
		most  int32 // connections
	}{
		{"one that answers", answers, "", "asking", false, 1},
		{"one that greets", greets, "", "greeting", false, 1},
		{"one that greets, of an owner who would be asked first", greets, "asker", "greeting", false, 2},
		{"one that complains", grumbles, "", "grumbling", false, 2},
		{"one that is silent", isShy, "", "shy", false, 6},
		{"one that is silent, of a known owner", isShy, "shyd", "shy", false, 1},
		{"one inside TLS that answers", answers.inside(secure), "", "asking", true, 2},
		{"one inside TLS that greets", greets.inside(secure), "", "greeting", true, 2},
		{"one inside TLS that complains", grumbles.inside(secure), "", "grumbling", true, 3},
		{"one inside TLS of a known owner", isShy.inside(secure), "shyd", "shy", true, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, c.peer)
			v.at.calm = 4 // a busy machine is slow
			if c.owner != "" {
				v.at.Owners = []limen.Owner{{Process: limen.Process{Name: c.owner}}}
			}
			got, err := identify(t.Context(), v.at, ours)
			if err != nil || got.Protocol != c.want || (got.TLS != nil) != c.tls {
				t.Fatalf("it is taken for %+v, %v", got, err)
			}
			if n := v.connections.Load(); n > c.most {
				t.Errorf("it took %d connections; %d are enough", n, c.most)
			}
			if n := v.most.Load(); n > 1 {
				t.Errorf("%d connections at once", n)
			}
		})
	}
}

func TestIdentifySaysWhatItSawInstead(t *testing.T) {
	for _, c := range []struct {
		name string
		peer peer
		want string
	}{
		{"one that says nothing", stalls, errSilent.Error()},
		{"one that closes at once", func(net.Conn) {}, errSilent.Error()},
		{"one that speaks first, and of nothing known", func(conn net.Conn) { io.WriteString(conn, "\x1b[2Jbonjour\xff"); drain(conn) },
			`it says "\x1b[2Jbonjour\xff", which is no protocol that limen knows`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := identify(t.Context(), serve(t, c.peer).at, ours); err == nil || err.Error() != c.want {
				t.Errorf("identify: %+v, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestIdentifyOutlastsBadServers(t *testing.T) {
	secure := serverTLS(t)
	endless := func(conn net.Conn, text string) {
		for {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprintf("host-%d.example", i)
	}
	vast := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, names...)}}
	bad := map[string]peer{
		"never a word": stalls,
		"a byte at a time, for ever": func(conn net.Conn) {
			for _, err := conn.Write([]byte("h")); err == nil; _, err = conn.Write([]byte("h")) {
				if _, err := conn.Read(make([]byte, 1)); err != nil {
					return
				}
			}
		},
		"one byte, and then nothing":         func(conn net.Conn) { io.WriteString(conn, "h"); drain(conn) },
		"a header without end":               hears(func(conn net.Conn, _ string) { io.WriteString(conn, "HTTP/1.1 200 OK\r\n"); endless(conn, "X: y\r\n") }),
		"a line without end":                 hears(func(conn net.Conn, _ string) { endless(conn, "HTTP/1.1 ") }),
		"a banner without end":               func(conn net.Conn) { endless(conn, "hello") },
		"a handshake that stalls":            hears(func(conn net.Conn, _ string) { io.WriteString(conn, "\x16\x03\x03\x40\x00\x02"); drain(conn) }),
		"an alert to everything":             hears(func(conn net.Conn, _ string) { io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x28") }),
		"TLS, and then never a word":         stalls.inside(secure),
		"TLS with a vast certificate":        stalls.inside(vast),
		"a reset at once":                    reset,
		"a reset after the first question":   hears(func(conn net.Conn, _ string) { reset(conn) }),
		"a reset in the middle of an answer": hears(func(conn net.Conn, _ string) { io.WriteString(conn, "HTTP/1.1 2"); reset(conn) }),
	}
	for name, p := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := serve(t, p)
			got, err := identify(t.Context(), v.at, ours)
			if err == nil && got.Protocol != "tls" {
				t.Errorf("it is taken for %+v", got)
			}
			if got.TLS != nil && len(got.TLS.Names) > mostNames {
				t.Errorf("%d names are kept", len(got.TLS.Names))
			}
			if n := v.most.Load(); n > 1 {
				t.Errorf("%d connections at once", n)
			}
			if _, err := identify(canceled(t), v.at, ours); err == nil {
				t.Error("it is identified although nobody waits for it")
			}
		})
	}
}

// reset ends a connection without a farewell.
func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestIdentifyEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v := serve(t, func(conn net.Conn) {
		cancel() // once it is met
		drain(conn)
	})
	if _, err := identify(ctx, v.at, ours); !errors.Is(err, context.Canceled) {
		t.Errorf("identify: %v; want that it was cancelled", err)
	}
}

func TestIdentifyLeavesNothingBehind(t *testing.T) {
	v := serve(t, stalls)
	before := descriptors(t)
	for range 3 {
		identify(canceled(t), v.at, ours)
		identify(t.Context(), serve(t, reset).at, []Probe{asking, shy})
	}
	if after := descriptors(t); after > before+3 { // the three that serve still
		t.Errorf("%d descriptors are open; before there were %d", after, before)
	}
}

// descriptors returns how many files this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc/self/fd, to count what is open")
	}
	return len(all)
}

func TestIdentifyGuessesFromTheOwnerOfASilentServer(t *testing.T) {
	v := serve(t, stalls)
	v.at.Owners = []limen.Owner{{Process: limen.Process{Name: "shyd"}}}
	got, err := identify(t.Context(), v.at, ours)
	if err != nil || got.Protocol != "shy" || got.Confidence != limen.Guessed {
		t.Errorf("it is taken for %+v, %v", got, err)
	}
}

func TestIdentifyDoesNotGuessWhatManyProgramsMaySpeak(t *testing.T) {
	v := serve(t, stalls)
	v.at.Owners = []limen.Owner{{Process: limen.Process{Name: "asker"}}}
	if got, err := identify(t.Context(), v.at, ours); !errors.Is(err, errSilent) {
		t.Errorf("it is taken for %+v, %v", got, err)
	}
}

func TestDatagramsAreNotTriedOut(t *testing.T) {
	probe := shy
	probe.Transport = limen.UDP
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	dialled := 0
	at := Target{Endpoint: limen.Endpoint{Transport: limen.UDP, Addr: netip.MustParseAddrPort(silent.LocalAddr().String())}}
	plain := at
	at.Dial = func(ctx context.Context) (net.Conn, error) { dialled++; return plain.connect(ctx) }
	if _, err := identify(t.Context(), at, []Probe{probe}); !errors.Is(err, errSilent) || dialled != 0 {
		t.Errorf("%v, and it was sent %d datagrams", err, dialled)
	}
	at.Owners = []limen.Owner{{Process: limen.Process{Name: "shyd"}}}
	if got, err := identify(t.Context(), at, []Probe{probe}); err != nil || got.Confidence != limen.Guessed || dialled != 1 {
		t.Errorf("%+v, %v, and it was sent %d datagrams", got, err, dialled)
	}
}

func TestIdentifyDoesNotGuessAgainstWhatAServerSays(t *testing.T) {
	v := serve(t, func(conn net.Conn) { io.WriteString(conn, "bonjour\r\n"); drain(conn) })
	v.at.Owners = []limen.Owner{{Process: limen.Process{Name: "shyd"}}}
	if got, err := identify(t.Context(), v.at, ours); err == nil {
		t.Errorf("it is taken for %+v", got)
	}
}

func TestIdentifySaysThatAClientNeedsACertificate(t *testing.T) {
	config := serverTLS(t)
	config.ClientAuth = tls.RequireAnyClientCert
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := config.Clone()
		config.MaxVersion = version
		got, err := identify(t.Context(), serve(t, answers.inside(config)).at, ours)
		if err != nil || got.Protocol != "tls" || got.Authentication != limen.AuthenticationRequired {
			t.Errorf("%s: it is taken for %+v, %v", tls.VersionName(version), got, err)
		}
	}
}

func TestIdentifyShowsWhatTLSShows(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "shop.localhost", "localhost")}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	got, err := identify(t.Context(), serve(t, answers.inside(config)).at, ours)
	if err != nil || got.TLS == nil {
		t.Fatalf("it is taken for %+v, %v", got, err)
	}
	want := limen.TLS{Version: "1.1", Names: []string{"shop.localhost", "localhost"}, Expires: certificateEnd, Issuer: "limen test"}
	if fmt.Sprint(*got.TLS) != fmt.Sprint(want) {
		t.Errorf("TLS shows %+v\nwant %+v", *got.TLS, want)
	}
}

func TestADebuggerThatServesOneClientIsNotVisited(t *testing.T) {
	for want, command := range map[string][]string{
		"debugpy": {"/usr/bin/python3", "/usr/lib/python3/dist-packages/debugpy/adapter", "--for-server", "40001", "--host", "127.0.0.1", "--port", "5678"},
		"delve":   {"dlv", "debug", "--headless", "--listen=127.0.0.1:5678"},
		"jdwp":    {"java", "-agentlib:jdwp=transport=dt_socket,server=y,address=127.0.0.1:5678", "-jar", "x.jar"},
	} {
		dialled := false
		got, err := Identify(t.Context(), Target{
			Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:5678"),
			Owners:   []limen.Owner{{Process: limen.Process{Name: command[0], Command: command}}},
			Dial:     func(context.Context) (net.Conn, error) { dialled = true; return nil, errSelf },
		})
		if err != nil || dialled || got.Protocol != want || got.Confidence != limen.Guessed {
			t.Errorf("%s: %+v, %v, visited: %t", want, got, err, dialled)
		}
	}
}

func TestIdentifyRefusesWhatIsManyPlaces(t *testing.T) {
	for _, text := range []string{"tcp/0.0.0.0:80", "tcp/[::]:80", "udp/224.0.0.251:5353", "udp/255.255.255.255:67", "udp/[ff02::fb]:5353"} {
		dialled := false
		target := Target{Endpoint: limen.MustParseEndpoint(text), Dial: func(context.Context) (net.Conn, error) {
			dialled = true
			return nil, errSelf
		}}
		if _, err := Identify(t.Context(), target); !errors.Is(err, errMany) || dialled {
			t.Errorf("%s: %v, and it was dialled: %t", text, err, dialled)
		}
	}
}

func TestIdentifyAllAnswersInOrder(t *testing.T) {
	redis := hears(func(conn net.Conn, said string) {
		if said == "PING\r\n" {
			io.WriteString(conn, "-NOAUTH Authentication required.\r\n")
		}
	})
	var targets []Target
	for i := range 40 {
		v := serve(t, redis)
		if i%2 == 0 {
			v = serve(t, reset)
		}
		v.at.Owners = []limen.Owner{{Process: limen.Process{ProcessID: limen.ProcessID{PID: i + 1}, Name: "redis-server"}}}
		targets = append(targets, v.at)
	}
	for i, a := range IdentifyAll(t.Context(), targets) {
		if is := a.Err == nil && a.Service.Protocol == "redis" && a.Service.Confidence == limen.Exchanged; is != (i%2 == 1) {
			t.Errorf("target %d: %+v, %v", i, a.Service, a.Err)
		}
	}
}

func TestOneServerIsAskedOnceAtATime(t *testing.T) {
	v := serve(t, stalls)
	v.at.Owners = []limen.Owner{{Process: limen.Process{ProcessID: limen.ProcessID{PID: 1}, Name: "redis-server"}}}
	IdentifyAll(t.Context(), []Target{v.at, v.at})
	if n := v.most.Load(); n != 1 {
		t.Errorf("%d connections at once", n)
	}
	if n := v.open.Load(); n != 0 {
		t.Errorf("%d connections are left open", n)
	}
}
