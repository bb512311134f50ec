package proxy

import (
	"io"
	"net"
	"net/http"
	"testing"
)

// Whoever is refused learns of it at once, though the body of the answer may come much
// later: so do those who wait for events.
func TestTheHeadOfARefusalDoesNotWaitForItsBody(t *testing.T) {
	for name, row := range map[string]struct{ fields, soon, late string }{
		"a length":      {"Content-Length: 5\r\n", "", "later"},
		"half a length": {"Content-Length: 5\r\n", "la", "ter"},
		"chunks":        {"Transfer-Encoding: chunked\r\n", "", "5\r\nlater\r\n0\r\n\r\n"},
		"half a chunk":  {"Transfer-Encoding: chunked\r\n", "5\r\n", "later\r\n0\r\n\r\n"},
		"until its end": {"Connection: close\r\n", "", "later"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, w := range ways {
				t.Run(w.name, func(t *testing.T) {
					isRead := make(chan bool)
					route := raw(t, func(c net.Conn) {
						heard(c)
						io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n"+row.fields+"\r\n"+row.soon)
						<-isRead
						io.WriteString(c, row.late)
					})
					p := New(Config{})
					p.Set([]Route{route})
					if w.name != "long" {
						route.Upstream.learn(mannerUnknown, mannerPlain)
					}
					c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
					if w.isTwo {
						c = h2Client(t, nil)
					}
					defer c.CloseIdleConnections()
					r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+w.standU(t, p)+"/", nil)
					r.Host = shop
					res, err := c.Do(r)
					close(isRead)
					if err != nil {
						t.Fatal(err)
					}
					defer res.Body.Close()
					if body, err := io.ReadAll(res.Body); string(body) != "later" || err != nil || res.StatusCode != 403 {
						t.Errorf("%s %q, %v", res.Status, body, err)
					}
				})
			}
		})
	}
}

// A look costs no more memory than it looks at, whatever comes.
func TestALookAheadIsBounded(t *testing.T) {
	u, one := tied(t, func(c net.Conn) {
		heard(c)
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n1;")
		for _, err := io.WriteString(c, "x"); err == nil; _, err = io.WriteString(c, "xxxxxxxxxxxxxxxx") {
		}
	})
	io.WriteString(one, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	n, err := one.readHead([]byte("GET"))
	if err != nil {
		t.Fatal(err)
	}
	if seen, ok := one.lookAhead(n, u.now().Add(headTime)); !ok || len(seen) > 0 || cap(one.room) > 4*mostLook {
		t.Errorf("%d bytes are seen, of %d that were read", len(seen), cap(one.room))
	}
}
