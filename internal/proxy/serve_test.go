package proxy

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// A served is a front that answers, until its test ends or it is told to.
type served struct {
	address string
	end     func()
	ended   chan error
}

// startFront serves a handler on a real socket.
func startFront(t *testing.T, c Config, h http.HandlerFunc) *served {
	t.Helper()
	return frontOn(t, newFront(c, h), listen(t))
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func frontOn(t *testing.T, f *front, l net.Listener) *served {
	ctx, end := context.WithCancel(t.Context())
	s := &served{address: l.Addr().String(), end: end, ended: make(chan error, 1)}
	go func() { s.ended <- f.serve(ctx, []net.Listener{l}) }()
	t.Cleanup(func() {
		s.end()
		select {
		case err := <-s.ended:
			if err != nil {
				t.Errorf("serving ended with %v", err)
			}
		default:
			f.crowd.cut() // the test is over; nobody needs an answer any more
			<-s.ended
		}
	})
	return s
}

// wait waits until serving has ended.
func (s *served) wait() {
	s.ended <- <-s.ended
}

// A talk is a client that says what it likes.
type talk struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

func (s *served) dial(t *testing.T) *talk {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second)) // only a test that fails waits for it
	return &talk{c, t, bufio.NewReader(c)}
}

func (c *talk) say(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// hear reads one answer, to a method.
func (c *talk) hear(method string) (status int, body string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// hearEnd reads to the end, which is not a reset.
func (c *talk) hearEnd() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
		c.t.Errorf("%q comes, and then %v", rest, err)
	}
}

func greet(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Method+" "+r.URL.Path) }

// until waits for a test to go on, or for a client that has gone.
func until(r *http.Request, goOn <-chan bool) {
	select {
	case <-goOn:
	case <-r.Context().Done():
	}
}

func TestServingEndsWhenTheLastRequestHasBeenAnswered(t *testing.T) {
	arrived, goOn := make(chan bool), make(chan bool)
	s := startFront(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- true
			until(r, goOn)
		}
		greet(w, r)
	})
	idle, slow := s.dial(t), s.dial(t)
	idle.say(get())
	idle.hear("GET")
	slow.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	s.end()
	idle.hearEnd()
	for { // until nobody is let in any more
		c, err := net.Dial("tcp", s.address)
		if err != nil {
			break
		}
		c.Close()
	}
	close(goOn)
	if _, body := slow.hear("GET"); body != "GET /slow" {
		t.Errorf("the request under way is answered with %q", body)
	}
	slow.hearEnd()
	s.wait()
}

func TestServingThatHasEndedCutsOffWhatTakesTooLong(t *testing.T) {
	arrived := make(chan bool)
	s := startFront(t, Config{Drain: func() time.Duration { return time.Millisecond }}, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	c := s.dial(t)
	c.say(get())
	<-arrived
	s.end()
	s.wait()
	c.hearEnd()
}

func TestAConnectionThatWasNotYetUsedIsAnsweredWhenServingEnds(t *testing.T) {
	s := startFront(t, Config{}, greet)
	c := s.dial(t)
	other := s.dial(t) // behind it in the queue: when it is answered, c was accepted
	other.say(get())
	other.hear("GET")
	s.end()
	other.hearEnd()
	c.say("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, body := c.hear("GET"); body != "GET /late" {
		t.Errorf("it is answered with %q", body)
	}
	s.wait()
}

func TestTheIdlestConnectionGoesWhereThereIsNoRoom(t *testing.T) {
	arrived, goOn := make(chan bool), make(chan bool)
	s := startFront(t, Config{Connections: 2}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- true
			until(r, goOn)
		}
		greet(w, r)
	})
	slow, idle := s.dial(t), s.dial(t)
	slow.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	idle.say(get())
	idle.hear("GET")
	third := s.dial(t)
	third.say(get())
	third.hear("GET")
	idle.hearEnd()
	close(goOn)
	slow.hear("GET")
}

// A stingy is a listener in a process that for a moment has no descriptor left.
type stingy struct {
	net.Listener
	refused atomic.Bool
}

func (l *stingy) Accept() (net.Conn, error) {
	if !l.refused.Swap(true) {
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

func TestAProcessWithoutDescriptorsSaysSoAndGoesOn(t *testing.T) {
	told := make(chan limen.Gap, 10)
	s := frontOn(t, newFront(Config{Tell: func(g limen.Gap) { told <- g }}, http.HandlerFunc(greet)), &stingy{Listener: listen(t)})
	c := s.dial(t)
	c.say(get())
	c.hear("GET")
	if g := <-told; !strings.Contains(g.Why, syscall.EMFILE.Error()) || g.Next == "" {
		t.Errorf("it says %+v", g)
	}
}

func TestAMistakeInAHandlerEndsItsRequestAlone(t *testing.T) {
	told := make(chan limen.Gap, 10)
	s := startFront(t, Config{Tell: func(g limen.Gap) { told <- g }}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			var none []int
			none[len(r.URL.Path)]++
		}
		greet(w, r)
	})
	c := s.dial(t)
	c.say("GET /bad HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	c.hearEnd()
	g := <-told
	if !strings.Contains(g.What, "/bad") || !strings.Contains(g.Why, "TestAMistakeInAHandler") || !strings.Contains(g.Why, "out of range") {
		t.Errorf("it says %+v", g)
	}
	c = s.dial(t)
	c.say(get())
	c.hear("GET")
}

func TestNothingIsLeftWhenServingHasEnded(t *testing.T) {
	frontOn(t, newFront(Config{}, http.HandlerFunc(greet)), listen(t)).end() // whatever the first one needs is there
	before := descriptors(t)
	s := startFront(t, Config{Certificate: certificate(t)}, greet)
	const clients = 20
	for range clients {
		c := s.dial(t)
		c.say(get())
		c.hear("GET")
		c.say("GET / HTTP/1.1\nHost") // and some are refused
	}
	half := s.dial(t)
	half.say("\x16\x03") // and some never say what they want
	s.end()
	half.Close()
	s.wait()
	// net/http's goroutines return a moment after their connection is closed.
	late := time.After(20 * time.Second)
	for again := time.NewTicker(time.Millisecond); ; {
		var stacks strings.Builder
		pprof.Lookup("goroutine").WriteTo(&stacks, 1)
		if !strings.Contains(stacks.String(), "net/http.(*conn)") && !strings.Contains(stacks.String(), "proxy.(*sorter)") {
			break
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("goroutines are left:\n%s", stacks.String())
		}
	}
	if after := descriptors(t) - clients; after > before {
		t.Errorf("%d descriptors, and %d before", after, before)
	}
}

// descriptors is how many this process has open, where the system says so.
func descriptors(t *testing.T) int {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("needs /proc/self/fd: %v", err)
	}
	return len(all)
}

// certificate makes one that signs itself.
func certificate(t *testing.T) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"shop.localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c, nil }
}
