package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A porter is the daemon of a plot, which answers for names at a door.
type porter struct {
	plot
	door   netip.AddrPort // for HTTPS, on 127.0.0.1
	bare   netip.AddrPort // for HTTP
	signer string         // the file with the local authority's certificate
	trusts *x509.CertPool // it alone
}

// porter starts the daemon of a plot, which ends with the test.
func (p plot) porter(t *testing.T) porter {
	t.Helper()
	o := porter{plot: p, trusts: x509.NewCertPool()}
	t.Cleanup(func() {
		c := p.command("limen", "daemon", "stop")
		if said, err := c.CombinedOutput(); err != nil {
			t.Errorf("limen daemon stop: %v\n%s", err, said)
		}
	})
	var s struct {
		Doors []struct {
			Endpoint string
			Usual    uint16
		}
	}
	p.told(t, &s, "limen", "daemon", "start", "--json")
	for _, d := range s.Doors {
		at, err := netip.ParseAddrPort(strings.TrimPrefix(d.Endpoint, "tcp/"))
		switch {
		case err != nil:
			t.Fatal(err)
		case !at.Addr().Is4():
		case d.Usual == 443:
			o.door = at
		case d.Usual == 80:
			o.bare = at
		}
	}
	if !o.door.IsValid() || !o.bare.IsValid() {
		t.Fatalf("a door is missing: %+v", s)
	}
	var c struct{ File string }
	p.told(t, &c, "limen", "cert", "--json", "--dir", p.home, "localhost")
	o.signer = c.File // and behind it the authority's
	text, err := os.ReadFile(o.signer)
	if err != nil || !o.trusts.AppendCertsFromPEM(text) {
		t.Fatalf("no certificate in %s: %v", o.signer, err)
	}
	return o
}

// told has limen say something as JSON.
func (p plot) told(t *testing.T, into any, words ...string) {
	t.Helper()
	text := p.answer(t, words...)
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%q: %v in %s", words, err, text)
	}
}

// url is where a browser goes for a name, with the port only where it must be,
// and plain that without TLS.
func (o porter) url(name string) string {
	return strings.TrimSuffix("https://"+name+":"+strconv.Itoa(int(o.door.Port())), ":443") + "/"
}

func (o porter) plain(name string) string {
	return strings.TrimSuffix("http://"+name+":"+strconv.Itoa(int(o.bare.Port())), ":80") + "/"
}

// dial connects to the door as a client does that asks for a name, over HTTP/2.
// The certificate must be good for the name.
func (o porter) dial(name string) (net.Conn, error) {
	c, err := net.Dial("tcp", o.door.String()) // in the network of the calling thread
	if err != nil {
		return nil, err
	}
	s := tls.Client(c, &tls.Config{ServerName: name, RootCAs: o.trusts, NextProtos: []string{"h2"}})
	if err := s.Handshake(); err != nil {
		c.Close()
		return nil, err
	}
	return s, nil
}

// ask asks a name, and returns what it answers when all of it has come.
func (o porter) ask(r *http.Request) (*http.Response, string, error) {
	c, err := o.dial(r.URL.Hostname())
	if err != nil {
		return nil, "", err
	}
	defer c.Close()
	way := http.Transport{ForceAttemptHTTP2: true, DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
	defer way.CloseIdleConnections()
	answer, err := way.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer, string(text), err
}

// page is a request for the page of a name, as a browser makes it.
func (o porter) page(ctx context.Context, name string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url(name), nil)
	if err != nil {
		panic(err) // names of tests can be in a URL
	}
	r.Header.Set("Accept", "text/html")
	return r
}

// until asks until the answer is as wanted.
func (o porter) until(t *testing.T, ask func(context.Context) *http.Request, want func(*http.Response, string) bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		r := ask(ctx)
		answer, page, err := o.ask(r)
		if err == nil && want(answer, page) {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			all := o.command("limen", "route", "ls", "--all")
			routes, _ := all.Output() // is only shown
			t.Fatalf("%s answers %+v, %v, %q\n%s", r.URL, answer, err, page, routes)
		}
	}
}

// shows waits until a name answers with a page that has a text in it.
func (o porter) shows(t *testing.T, name, text string) {
	t.Helper()
	o.until(t, func(ctx context.Context) *http.Request { return o.page(ctx, name) }, func(answer *http.Response, page string) bool {
		return answer.ProtoMajor == 2 && answer.StatusCode == http.StatusOK && strings.Contains(page, text)
	})
}

// routes are the names that lead somewhere, each with its port.
func (o porter) routes(t *testing.T) map[string]uint16 {
	t.Helper()
	var all struct {
		Routes []struct{ Name, State, Target string }
	}
	o.told(t, &all, "limen", "route", "ls", "--json")
	live := map[string]uint16{}
	for _, r := range all.Routes {
		port, err := strconv.ParseUint(r.Target, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == "live" {
			live[r.Name] = uint16(port)
		}
	}
	return live
}
