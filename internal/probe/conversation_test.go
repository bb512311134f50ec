package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }

// A conversation is a file of testdata/NAME, with lines of these forms:
//
//	# a comment: where the bytes come from
//	udp                  each line that is sent or received is a datagram
//	tls                  it is held inside TLS
//	command ["dlv","…"]  the arguments of the server, for probes that look at them
//	= {"protocol":…}     the service, without its evidence; "= none" if it is not to be recognised
//	> "PING\r\n"         what the probe must send, quoted as in Go; {addr} is the server's address and port
//	< "+PONG\r\n"        what the server says
//	--                   the server closes the connection
//	again                a new connection
//
// NAME is that of a probe, or any other for an HTTP site.
type conversation struct {
	file    string
	udp     bool
	secure  bool
	command []string       // of the owner
	want    *limen.Service // nil if it is not to be recognised
	turns   [][]turn       // of each connection
}

// A turn is one line of a conversation.
type turn struct {
	line   int
	says   byte // '<' for the server, '>' for the probe, '-' for the end
	saying []byte
}

func readConversation(t testing.TB, file string) *conversation {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &conversation{file: file, turns: [][]turn{nil}}
	told := false
	for i, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		last := len(c.turns) - 1
		switch {
		case line == "" || word == "#":
		case line == "udp":
			c.udp = true
		case line == "tls":
			c.secure = true
		case word == "command":
			err = json.Unmarshal([]byte(rest), &c.command)
		case line == "= none":
			told = true
		case word == "=":
			told, c.want = true, new(limen.Service)
			err = json.Unmarshal([]byte(rest), c.want)
		case line == "again":
			c.turns = append(c.turns, nil)
		case line == "--":
			c.turns[last] = append(c.turns[last], turn{line: i + 1, says: '-'})
		case word == "<" || word == ">":
			var text string
			text, err = strconv.Unquote(rest)
			c.turns[last] = append(c.turns[last], turn{i + 1, word[0], []byte(text)})
		default:
			err = fmt.Errorf("%q is no line of a conversation", line)
		}
		if err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
	}
	if !told {
		t.Fatalf("%s: no line says what service it is; write = none if it is none", file)
	}
	return c
}

// transport returns what the conversation is held over.
func (c *conversation) transport() limen.Transport {
	if c.udp {
		return limen.UDP
	}
	return limen.TCP
}

// probe returns the probe that the conversation is about.
func (c *conversation) probe(t testing.TB) Probe {
	t.Helper()
	name := filepath.Base(filepath.Dir(c.file))
	for _, p := range All {
		if p.Name == name && p.transport() == c.transport() {
			return p
		}
	}
	return httpProbe(t)
}

// httpProbe returns the probe that asks servers of which nothing is known.
func httpProbe(t testing.TB) Probe {
	t.Helper()
	i := slices.IndexFunc(All, func(p Probe) bool { return p.Opening != nil })
	if i < 0 {
		t.Fatal("no probe has an Opening")
	}
	return All[i]
}

// A stage is where the server's part of a conversation is played.
type stage struct {
	t        *testing.T
	script   *conversation
	listener net.Listener
	packets  net.PacketConn
	tls      *tls.Config
	done     chan struct{}
}

// play plays the server's part on loopback until the test ends, and returns
// the target to speak to.
func (c *conversation) play(t *testing.T) (Target, *stage) {
	t.Helper()
	s := &stage{t: t, script: c, tls: serverTLS(t), done: make(chan struct{})}
	var at net.Addr
	var err error
	if c.udp {
		s.packets, err = net.ListenPacket("udp", "127.0.0.1:0")
		if err == nil {
			at = s.packets.LocalAddr()
		}
	} else {
		s.listener, err = net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			at = s.listener.Addr()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		s.run()
	}()
	target := Target{Endpoint: limen.Endpoint{Transport: c.transport(), Addr: netip.MustParseAddrPort(at.String())}}
	if c.command != nil {
		target.Owners = []limen.Owner{{Process: limen.Process{Command: c.command, Name: filepath.Base(c.command[0])}}}
	}
	return target, s
}

// end ends the play and waits for it.
func (s *stage) end() {
	if s.packets != nil {
		s.packets.Close()
	} else {
		s.listener.Close()
	}
	<-s.done
}

func (s *stage) run() {
	if s.packets != nil {
		s.exchange()
		return
	}
	for _, turns := range s.script.turns {
		conn, err := s.listener.Accept()
		if err != nil {
			return // the probe had enough
		}
		if s.script.secure {
			conn = tls.Server(conn, s.tls)
		}
		s.converse(conn, turns)
		conn.Close()
	}
}

// converse plays one connection.
func (s *stage) converse(conn net.Conn, turns []turn) {
	r := bufio.NewReader(conn)
	for _, turn := range turns {
		switch turn.says {
		case '<':
			if _, err := conn.Write(turn.saying); err != nil {
				return // the probe had enough
			}
		case '>':
			want := strings.ReplaceAll(string(turn.saying), "{addr}", conn.LocalAddr().String())
			got := make([]byte, len(want))
			n, err := io.ReadFull(r, got)
			if string(got[:n]) != want {
				s.t.Errorf("%s:%d: the probe sent %q (%v)\nwant %q", s.script.file, turn.line, got[:n], err, want)
				return
			}
		case '-':
			return
		}
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	if more, _ := io.ReadAll(io.LimitReader(r, 64<<10)); len(more) > 0 {
		s.t.Errorf("%s: the probe also sent %q", s.script.file, more)
	}
}

// exchange plays datagrams.
func (s *stage) exchange() {
	var peer net.Addr
	for _, turn := range slices.Concat(s.script.turns...) {
		switch turn.says {
		case '<':
			s.packets.WriteTo(turn.saying, peer)
		case '>':
			b := make([]byte, 64<<10)
			n, from, err := s.packets.ReadFrom(b)
			if err != nil {
				return // the probe had enough
			}
			if peer = from; string(b[:n]) != string(turn.saying) {
				s.t.Errorf("%s:%d: the probe sent %q\nwant %q", s.script.file, turn.line, b[:n], turn.saying)
			}
		}
	}
}

func TestProbesHoldTheirConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(file, "testdata")), ".txt")[1:], func(t *testing.T) {
			t.Parallel()
			script := readConversation(t, file)
			target, stage := script.play(t)
			got, ok := speak(t, script.probe(t), target, script.secure)
			stage.end()
			if !ok {
				if script.want != nil {
					t.Error("it is not recognised")
				}
				return
			}
			if len(got.Evidence) == 0 {
				t.Error("it is recognised without evidence")
			}
			got.Evidence = nil
			if script.want == nil {
				t.Fatalf("it is taken for %+v", got)
			}
			if diff := cmp.Diff(*script.want, got); diff != "" {
				t.Errorf("the service (-want +got):\n%s", diff)
			}
		})
	}
}

// speak has a probe hold its conversation, as the engine does. What TLS showed
// is left out.
func speak(t testing.TB, p Probe, target Target, secure bool) (limen.Service, bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := converse(ctx, target, 0)
	defer c.close()
	if secure {
		c.alpn = p.ALPN
		c.startTLS()
	}
	s, ok := p.speak(c)
	s.TLS = nil
	return s, ok
}

func FuzzSpeak(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txt")
	for _, file := range files {
		script := readConversation(f, file)
		var said []byte
		for _, turn := range script.turns[0] {
			if turn.says == '<' {
				said = append(said, turn.saying...)
			}
		}
		for i, p := range All {
			if p.Name == script.probe(f).Name {
				f.Add(uint8(i), said)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, said []byte) {
		p := All[int(which)%len(All)]
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		target := Target{
			Endpoint: limen.Endpoint{Transport: p.transport(), Addr: netip.MustParseAddrPort("127.0.0.1:8008")},
			Dial:     func(context.Context) (net.Conn, error) { return &tape{said: said}, nil },
		}
		c := converse(ctx, target, 0)
		defer c.close()
		s, ok := p.speak(c)
		if !ok {
			return
		}
		if s.Confidence == 0 || s.Protocol == "" || len(s.Evidence) == 0 {
			t.Errorf("%s: recognised without confidence, protocol or evidence: %+v", p.Name, s)
		}
		for _, e := range s.Evidence {
			if len(e.What) > 4*mostEvidence {
				t.Errorf("%s: evidence of %d bytes", p.Name, len(e.What))
			}
		}
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	})
}

// A tape is a connection to a server that says what it has to say, whatever
// it is asked.
type tape struct {
	net.Conn
	said []byte
}

func (c *tape) Read(b []byte) (int, error) {
	if len(c.said) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.said)
	c.said = c.said[n:]
	return n, nil
}

func (*tape) Write(b []byte) (int, error)      { return len(b), nil }
func (*tape) Close() error                     { return nil }
func (*tape) SetDeadline(time.Time) error      { return nil }
func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*tape) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*tape) SetWriteDeadline(time.Time) error { return nil }
