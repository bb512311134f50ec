package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// hangsUp is an upstream that says a text and hangs up, or breaks the connection off.
func hangsUp(t *testing.T, text string, isReset bool) Route {
	return raw(t, func(c net.Conn) {
		r, err := http.ReadRequest(newReader(c))
		if err != nil {
			return
		}
		io.Copy(io.Discard, r.Body)
		if io.WriteString(c, text); isReset {
			c.(*net.TCPConn).SetLinger(0)
		}
	})
}

// What limen says itself is no answer of the upstream, and is told from one by its
// sentence, which is the same on all ways.
func TestAPageOfLimensOwnIsRecordedWithItsSentence(t *testing.T) {
	const (
		ended   = " ended the connection before it answered"
		notHTTP = " says is not HTTP"
	)
	for _, row := range []struct {
		name, answer string
		isReset      bool
		want         string
	}{
		{"it hangs up", "", false, ended},
		{"it breaks off", "", true, ended},
		{"it breaks off in its head", "HTTP/1.1 200 OK\r\nContent-", false, ended},
		{"it speaks another protocol", "SSH-2.0-x\r\n", false, notHTTP},
		{"it says two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", false, notHTTP},
		{"it changes the protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", false, notHTTP},
	} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(row.name+", "+method, func(t *testing.T) {
				onEachWay(t, func(t *testing.T) Route { return hangsUp(t, row.answer, row.isReset) }, func(t *testing.T, c *http.Client, at string, l *listener) {
					var body io.Reader
					if method == "POST" {
						body = strings.NewReader("hello")
					}
					res, page := askBy(t, c, method, "http://"+at+"/", body)
					h := l.next(t)
					if res.StatusCode != http.StatusBadGateway || !strings.HasSuffix(h.fault, row.want) || !strings.Contains(page, "\nwhy:  "+h.fault+"\n") {
						t.Errorf("%d, %q\n%s", res.StatusCode, h.fault, page)
					}
					if said, _ := h.body(t); said != page {
						t.Errorf("recorded is %q", said)
					}
				})
			})
		}
	}
}

func TestAnAnswerForNoServerIsRecordedWithItsSentence(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		l := listenAt(t, "127.0.0.1:0")
		l.Close()
		return lead(t, l.Addr().String())
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		for _, row := range []struct {
			host   string
			status int
			want   string
		}{
			{shop, http.StatusBadGateway, "nothing listens at "},
			{"nobody.localhost", http.StatusNotFound, "no server of this machine has this name"},
		} {
			r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+"/", nil)
			r.Host = row.host
			res, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if h := l.next(t); res.StatusCode != row.status || !strings.HasPrefix(h.fault, row.want) {
				t.Errorf("%d, %q", res.StatusCode, h.fault)
			}
		}
	})
}

// An answer of the application is none of limen's, whatever its status.
func TestAnAnswerOfTheUpstreamHasNoFault(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		return behind(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "mine", http.StatusBadGateway) })
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		res, _ := askBy(t, c, "GET", "http://"+at+"/", nil)
		if h := l.next(t); res.StatusCode != http.StatusBadGateway || h.fault != "" {
			t.Errorf("%d, %q", res.StatusCode, h.fault)
		}
	})
}

func TestAPageInThePlaceOfARefusalIsRecordedAsSuch(t *testing.T) {
	onEachWay(t, func(t *testing.T) Route {
		return behind(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "Invalid Host header")
		})
	}, func(t *testing.T, c *http.Client, at string, l *listener) {
		for accept, want := range map[string]string{"text/html": "webpack-dev-server refused the name shop.localhost", "*/*": ""} {
			askBy(t, c, "GET", "http://"+at+"/", nil, "Accept", accept)
			if h := l.next(t); h.fault != want {
				t.Errorf("%s: %q", accept, h.fault)
			}
		}
	})
}

func TestABrokenAnswerIsToldInOneSentence(t *testing.T) {
	for _, row := range []struct {
		name, answer, want string
	}{
		{"a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", faultBroken},
		{"a large length", "HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nhello", faultBroken},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello", faultBroken},
		{"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n", faultBroken + ": " + breachChunkSize.Error()},
	} {
		t.Run(row.name, func(t *testing.T) {
			onEachWay(t, func(t *testing.T) Route { return hangsUp(t, row.answer, false) }, func(t *testing.T, c *http.Client, at string, l *listener) {
				r, _ := http.NewRequestWithContext(t.Context(), "POST", "http://"+at+"/", http.NoBody) // which is not sent twice
				r.Host = shop
				if res, err := c.Do(r); err == nil {
					io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				h := l.next(t)
				if h.fault != row.want {
					t.Errorf("%q, want %q", h.fault, row.want)
				}
			})
		})
	}
}

// A client need not wait for its answer to have been seen.
func TestARequestIsRecordedBeforeItIsAnswered(t *testing.T) {
	var goOn chan struct{}
	route := func(t *testing.T) Route {
		goOn = make(chan struct{})
		return behind(t, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-goOn:
			case <-r.Context().Done():
			}
		})
	}
	for _, leaves := range []bool{false, true} {
		onEachWay(t, route, func(t *testing.T, c *http.Client, at string, l *listener) {
			begun := make(chan struct{})
			var once sync.Once
			l.want(func(Passage) bool { once.Do(func() { close(begun) }); return true })
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+at+"/slow", nil)
			r.Host = shop
			over := make(chan error, 1)
			go func() {
				res, err := c.Do(r)
				if err == nil {
					res.Body.Close()
				}
				over <- err
			}()
			<-begun
			want := ""
			if leaves {
				want = faultGone
				leave()
			} else {
				close(goOn)
			}
			if err := <-over; (err != nil) != leaves {
				t.Errorf("the client has %v", err)
			}
			if h := l.next(t); h.fault != want || leaves && h.answer != "" || !strings.HasPrefix(h.ask, "GET /slow ") || h.from.Route == nil {
				t.Errorf("%q: %q, %q", h.ask, h.fault, h.answer)
			}
		})
	}
}

func TestATunnelThatBreaksOffIsToldWithoutAddresses(t *testing.T) {
	for _, w := range ways[:2] {
		c, l := tunnelBy(t, w.standU, "")
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
		if h := l.next(t); !strings.HasPrefix(h.fault, faultTunnel) || strings.Contains(h.fault, "127.0.0.1") || !strings.HasPrefix(h.answer, "HTTP/1.1 101 ") {
			t.Errorf("%s: %q", w.name, h.fault)
		}
	}
}

func TestAReasonHasNoAddresses(t *testing.T) {
	l := listenAt(t, "127.0.0.1:0")
	at := l.Addr().String()
	l.Close()
	_, err := net.Dial("tcp", at)
	if got := reasonOf(err); got == "" || strings.Contains(got, "127.0.0.1") || !strings.HasSuffix(err.Error(), got) {
		t.Errorf("%q of %q", got, err)
	}
}
