package proxy

import (
	"crypto/tls"
	"io"
	"net/http"
	"testing"
)

func TestOnePortSpeaksHTTPAndTLS(t *testing.T) {
	s := startFront(t, Config{Certificate: certificate(t)}, func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			io.WriteString(w, "open")
			return
		}
		io.WriteString(w, r.TLS.ServerName)
	})
	c := s.dial(t)
	c.say(get())
	if _, body := c.hear("GET"); body != "open" {
		t.Errorf("HTTP is answered with %q", body)
	}
	c = s.secret(t, "http/1.1")
	for range 2 {
		c.say(get())
		if _, body := c.hear("GET"); body != "shop.localhost" {
			t.Errorf("HTTPS is answered with %q", body)
		}
	}
	c.say("GET / HTTP/1.1\nHost: a\n\n")
	if status, _ := c.hear("GET"); status != http.StatusBadRequest {
		t.Errorf("a bad request over TLS is answered with %d", status)
	}
	c.hearEnd()
}

// secret dials and speaks TLS.
func (s *served) secret(t *testing.T, protocols ...string) *talk {
	t.Helper()
	c := s.dial(t)
	agreed := tls.Client(c.Conn, &tls.Config{ServerName: "shop.localhost", InsecureSkipVerify: true, NextProtos: protocols})
	if err := agreed.Handshake(); err != nil {
		t.Fatal(err)
	}
	c.Conn = agreed
	c.in.Reset(agreed)
	return c
}

func TestHTTP2IsSpokenWithWhoeverAsksForIt(t *testing.T) {
	arrived, goOn := make(chan bool), make(chan bool)
	s := startFront(t, Config{Certificate: certificate(t)}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- true
			until(r, goOn)
		}
		io.WriteString(w, r.Proto)
	})
	var known http.Protocols
	known.SetUnencryptedHTTP2(true)
	for _, row := range []struct {
		scheme string
		by     *http.Transport
	}{
		{"https", &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}},
		{"http", &http.Transport{Protocols: &known}},
	} {
		defer row.by.CloseIdleConnections()
		if got := fetch(t, row.by, row.scheme+"://"+s.address); got != "HTTP/2.0" {
			t.Errorf("%s is answered by %q", row.scheme, got)
		}
		answer := make(chan string)
		go func() { answer <- fetch(t, row.by, row.scheme+"://"+s.address+"/slow") }()
		<-arrived
		defer func() {
			if got := <-answer; got != "HTTP/2.0" {
				t.Errorf("%s, when serving has ended, is answered by %q", row.scheme, got)
			}
		}()
	}
	s.end()
	close(goOn)
}

func fetch(t *testing.T, by *http.Transport, url string) string {
	res, err := (&http.Client{Transport: by}).Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func TestTLSWithoutACertificateEndsAtOnce(t *testing.T) {
	s := startFront(t, Config{}, greet)
	c := s.dial(t)
	c.say("\x16\x03\x01")
	c.hearEnd()
}

func TestAConnectionThatSpeaksTLSIsUpgradedAsAnyOther(t *testing.T) {
	s := startFront(t, Config{Certificate: certificate(t)}, func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(c, c)
	})
	c := s.secret(t)
	c.say(get("Connection: upgrade", "Upgrade: echo") + "hello")
	c.hear("GET")
	b := make([]byte, 5)
	if _, err := io.ReadFull(c.in, b); err != nil || string(b) != "hello" {
		t.Errorf("%q comes back, and %v", b, err)
	}
}
