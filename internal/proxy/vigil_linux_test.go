package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/limenhq/limen/internal/nettest"
)

// takesNothing is an upstream that reads the head of a request and no more. It has a Unix
// socket, because that has room for no more than about 200 KiB on the way.
func takesNothing(t *testing.T) Route {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		nettest.Skip(t, "needs sockets with a path: "+err.Error())
	}
	var open []net.Conn
	done := make(chan bool)
	go func() {
		defer close(done)
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			open = append(open, c)
			heard(c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for _, c := range open {
			c.Close()
		}
	})
	return lead(t, "unix:"+path)
}

// tooMuch is more than has room on the way to that, and no more than a client can get rid
// of: else its end would not come, either.
const tooMuch = 256 << 10

// fill sends until nothing more has room on the way.
func fill(c net.Conn) {
	for b, err := make([]byte, 1<<20), error(nil); err == nil; _, err = c.Write(b) {
		c.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	}
}

func TestAClientThatLeavesIsNoticedWhileTheUpstreamTakesNothing(t *testing.T) {
	for way, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n"} {
		for name, row := range map[string]struct {
			framing, part string
			send          func(net.Conn)
			leave         func(*net.TCPConn) error
		}{
			"it resets":               {"Content-Length: 100000000", "", fill, breakOff},
			"it closes":               {"Content-Length: 100000000", "", sendTooMuch, (*net.TCPConn).Close},
			"it closes within chunks": {"Transfer-Encoding: chunked", "7fffffff\r\n", sendTooMuch, (*net.TCPConn).Close},
		} {
			t.Run(way+", "+name, func(t *testing.T) {
				t.Parallel() // they mostly wait
				s := standHot(t, Config{}, takesNothing(t), nil)
				l := &listener{heard: make(chan *hearing, 1)}
				s.proxy.Record(l)
				c := s.dial(t)
				c.say("POST /up HTTP/1.1\r\nHost: shop.localhost\r\n" + fields + row.framing + "\r\n\r\n" + row.part)
				row.send(c.Conn)
				row.leave(c.Conn.(*net.TCPConn))
				if h := l.next(t); h.fault != faultGone || h.answer != "" {
					t.Errorf("%q, answered with %q", h.fault, h.answer)
				}
			})
		}
	}
}

func sendTooMuch(c net.Conn) { c.Write(make([]byte, tooMuch)) }

// In HTTP/2 a client is always read from.
func TestAClientOfHTTP2ThatLeavesIsNoticedWhileTheUpstreamTakesNothing(t *testing.T) {
	s := standHot(t, Config{}, takesNothing(t), nil)
	l := &listener{heard: make(chan *hearing, 1)}
	s.proxy.Record(l)
	var conn net.Conn
	c := h2Client(t, nil)
	c.Transport.(*http.Transport).DialContext = func(_ context.Context, network, at string) (_ net.Conn, err error) {
		conn, err = net.Dial(network, at)
		return conn, err
	}
	body, more := io.Pipe()
	over := make(chan error)
	go func() {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+s.address+"/", body)
		r.Host = shop
		_, err := c.Do(r)
		over <- err
	}()
	more.Write(make([]byte, tooMuch))
	conn.Close()
	if err := <-over; err == nil {
		t.Error("it is answered")
	}
	if h := l.next(t); h.fault != faultGone {
		t.Errorf("%q", h.fault)
	}
}

// guests are both ends of a connection, of which one is a guest.
func guests(t *testing.T) (client *net.TCPConn, g *guest) {
	t.Helper()
	l := listen(t)
	defer l.Close()
	c := dial(t, l.Addr().String())
	here, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	return c.(*net.TCPConn), newCrowd(1, time.Now).enter(here)
}

// An upload that is merely slow goes on, also where its client has closed its side behind
// the last byte.
func TestAVigilLeavesAClientThatIsThereAlone(t *testing.T) {
	for name, row := range map[string]struct {
		lacks       uint64
		isTaken     bool
		ends, leave func(*net.TCPConn) error
		hasLeft     bool
	}{
		"it waits":                      {lacks: 100},
		"it has sent all":               {lacks: 5, ends: (*net.TCPConn).CloseWrite},
		"it has sent less":              {lacks: 6, ends: (*net.TCPConn).CloseWrite, hasLeft: true},
		"it has sent less, and is read": {lacks: 6, ends: (*net.TCPConn).CloseWrite, isTaken: true},
		"it ends in the middle of TLS":  {lacks: everything, ends: (*net.TCPConn).CloseWrite, hasLeft: true},
		"it breaks off":                 {lacks: 0, leave: breakOff, hasLeft: true},
	} {
		t.Run(name, func(t *testing.T) {
			client, g := guests(t)
			hasLeft := make(chan bool, 1)
			v := newVigil(g, func() { hasLeft <- true })
			defer v.end()
			io.WriteString(client, "hello")
			v.hand(row.lacks)
			if row.isTaken {
				v.taken()
			}
			if row.ends != nil {
				row.ends(client)
				becomes(t, func() bool { n, hasEnded := g.unread(); return n == 5 && hasEnded })
			}
			if row.leave != nil {
				row.leave(client)
			}
			if row.hasLeft {
				<-hasLeft
				return
			}
			for range 3 {
				v.look()
			}
			if len(hasLeft) > 0 {
				t.Error("it is taken for one that has left")
			}
		})
	}
}

func breakOff(c *net.TCPConn) error {
	c.SetLinger(0)
	return c.Close()
}

func TestHowMuchABodyLacksAtTheLeast(t *testing.T) {
	for _, row := range []struct {
		f     framing
		left  uint64
		text  string
		least uint64
	}{
		{framedByNothing, 0, "", 0},
		{framedByLength, 7, "", 7},
		{framedByChunks, 0, "", 1},
		{framedByChunks, 0, "5\r\nhe", 3 + 7},
		{framedByChunks, 0, "5\r\nhello\r\n", 1},
		{framedByChunks, 0, "0\r\n\r\n", 0},
		{framedByChunks, 0, "7fffffff\r\n", 0x7fffffff + 7},
	} {
		var parts chunks
		if _, why := parts.follow([]byte(row.text)); why != 0 {
			t.Fatal(fmt.Sprint(row.text, why))
		}
		if got := leastLeft(row.f, row.left, &parts); got != row.least {
			t.Errorf("%d %q: %d, want %d", row.f, row.text, got, row.least)
		}
	}
}
