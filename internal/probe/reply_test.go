package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// hear returns what is read of a server that says said, whatever it is asked.
func hear(t testing.TB, said string) *Reply {
	t.Helper()
	c := converse(t.Context(), Target{
		Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:8008")},
		Dial:     func(context.Context) (net.Conn, error) { return &tape{said: []byte(said)}, nil },
	}, 0)
	defer c.close()
	return c.response(http.MethodGet)
}

func TestAReplyIsReadAsFarAsItGoes(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\n"
	for name, test := range map[string]struct {
		said, body string
		reusable   bool
	}{
		"with a length":           {head + "Content-Length: 5\r\n\r\nhello, and more", "hello", true},
		"shorter than its length": {head + "Content-Length: 9\r\n\r\nhello", "hello", false},
		"a length below nothing":  {head + "Content-Length: -1\r\n\r\nhello", "hello", false},
		"in chunks":               {head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nA: b\r\n\r\n", "hello", true},
		"in chunks that end":      {head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nff\r\nllo", "hello", false},
		"in chunks of nonsense":   {head + "Transfer-Encoding: chunked\r\n\r\n-1\r\nhello", "", false},
		"until the end":           {head + "\r\nhello", "hello", false},
		"of HTTP/1.0":             {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
		"that closes":             {head + "Connection: Close\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
		"without a body":          {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", true},
		"without a reason":        {"HTTP/1.1 200\r\n\r\nhello", "hello", false},
		"with bare line ends":     {"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "hello", true},
		"with a line of nonsense": {head + "what is this\r\nContent-Length: 5\r\n\r\nhello", "hello", true},
	} {
		r := hear(t, test.said)
		if r == nil {
			t.Errorf("%s: nothing was read", name)
		} else if string(r.Body) != test.body || r.reusable != test.reusable {
			t.Errorf("%s: the body is %q, reusable %v; want %q, %v", name, r.Body, r.reusable, test.body, test.reusable)
		}
	}
}

func TestWhatIsNoReplyIsNone(t *testing.T) {
	for name, said := range map[string]string{
		"nothing":          "",
		"another protocol": "RTSP/1.0 200 OK\r\n\r\n",
		"no end of fields": "HTTP/1.1 200 OK\r\nA: b\r\n",
		"a field too long": "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", mostLine) + "\r\n\r\n",
		"endless fields":   "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 100) + "\r\n",
		"endless hints":    strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 10) + "HTTP/1.1 200 OK\r\n\r\n",
		"status 99":        "HTTP/1.1 99 OK\r\n\r\n",
	} {
		if r := hear(t, said); r != nil {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}

func TestAGreatBodyIsCutAndItsConnectionLeft(t *testing.T) {
	const size = 200 << 10
	for _, head := range []string{fmt.Sprintf("Content-Length: %d\r\n\r\n", size), fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", size), "\r\n"} {
		r := hear(t, "HTTP/1.1 200 OK\r\n"+head+strings.Repeat("a", size))
		if r == nil || len(r.Body) != mostBody || r.reusable {
			t.Errorf("%q: it was not cut, or is to be asked for more", head)
		}
	}
}

func TestOfManyFieldsOnlySomeAreKept(t *testing.T) {
	r := hear(t, "HTTP/1.1 200 OK\r\n"+strings.Repeat("A: b\r\n", 2*mostFields)+"\r\n")
	if r == nil || len(r.Order) != mostFields || len(r.Header.Values("A")) != mostFields {
		t.Errorf("read as %+v", r)
	}
}
