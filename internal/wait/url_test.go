package wait

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// pageGoal is a goal that a URL answers as expected.
func pageGoal(url string, e limen.Expect) []limen.Goal {
	return []limen.Goal{{State: limen.GoalReady, URL: url, Expect: &e}}
}

// twice calls do when it is called itself for the second time: whoever looks again has
// seen what the first look showed.
func twice(do func()) func() {
	var n atomic.Int32
	return func() {
		if n.Add(1) == 2 {
			do()
		}
	}
}

// answers starts a server that always answers the same, and calls asked each time.
func answers(t *testing.T, status int, body string, asked func()) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked()
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const health = `{"status":"ok","up":true,"down":false,"checks":[{"n":12345678901234567890,"name":null}]}`

func TestAURLIsReadyWhenItAnswersAsExpected(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		expect limen.Expect
		saw    string // what the last look says
		ready  bool
	}{
		"any that is no error": {204, limen.Expect{}, "it answers 204 No Content", true},
		"a redirect":           {302, limen.Expect{}, "it answers 302 Found", true},
		"not found":            {404, limen.Expect{}, "it answers 404 Not Found", false},
		"starting":             {503, limen.Expect{}, "it answers 503 Service Unavailable", false},
		"that error":           {404, limen.Expect{From: 400, To: 404}, "it answers 404 Not Found", true},
		"not that status":      {200, limen.Expect{From: 201, To: 299}, "it answers 200 OK", false},
		"a text":               {200, limen.Expect{Body: `"ok"`}, `it answers 200 OK with "\"ok\""`, true},
		"another text":         {200, limen.Expect{Body: "ready"}, `it answers 200 OK without "ready" in its body`, false},
		"a value":              {200, limen.Expect{Path: "status", Value: "ok"}, `it answers 200 OK, and status is "ok"`, true},
		"another value":        {200, limen.Expect{Path: ".status", Value: "up"}, `it answers 200 OK, and .status is "ok"`, false},
		"a deep value":         {200, limen.Expect{Path: ".checks[0].n", Value: "12345678901234567890"}, `it answers 200 OK, and .checks[0].n is "12345678901234567890"`, true},
		"true":                 {200, limen.Expect{Path: ".up"}, `it answers 200 OK, and .up is "true"`, true},
		"false":                {200, limen.Expect{Path: ".down"}, `it answers 200 OK, and .down is "false"`, false},
		"null":                 {200, limen.Expect{Path: ".checks[0].name"}, `it answers 200 OK, and .checks[0].name is "null"`, false},
		"missing":              {200, limen.Expect{Path: ".checks[1].name"}, `it answers 200 OK, and its body has no .checks[1].name`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := health
			if test.status == http.StatusNoContent {
				body = ""
			}
			ctx, stop := context.WithCancel(t.Context())
			got, err := Waiter{}.Wait(ctx, Request{Goals: pageGoal(answers(t, test.status, body, twice(stop)), test.expect)})
			if (err == nil) != test.ready || got.Goals[0].Reached != test.ready || got.Goals[0].Saw != test.saw {
				t.Errorf("it saw %q, want %q; %v", got.Goals[0].Saw, test.saw, err)
			}
		})
	}
}

func TestAURLIsAskedAgainUntilItIsReady(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if r.UserAgent() != "limen" || r.Method != http.MethodGet {
			t.Errorf("%s asks by %s", r.UserAgent(), r.Method)
		}
	}))
	defer s.Close()
	waited(t, Waiter{}, Request{Goals: pageGoal(s.URL, limen.Expect{})}, limen.OutcomeReady)
	if asked != 3 {
		t.Errorf("it was asked %d times", asked)
	}
}

func TestACertificateThatNobodyVouchesForIsBelievedOnlyIfAsked(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	come := twice(stop)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			come()
		}
	}
	s.StartTLS()
	defer s.Close()
	got, err := Waiter{}.Wait(ctx, Request{Goals: pageGoal(s.URL, limen.Expect{From: 404, To: 404})})
	if !errors.Is(err, context.Canceled) || !strings.Contains(got.Goals[0].Saw, "certificate") {
		t.Errorf("it saw %q, %v", got.Goals[0].Saw, err)
	}
	waited(t, Waiter{}, Request{Goals: pageGoal(s.URL, limen.Expect{From: 404, To: 404, Insecure: true})}, limen.OutcomeReady)
}

// A server can do anything with its side of a connection. Time and memory stay
// bounded, and the time to wait is kept.
func TestAHostileServerIsNoMoreThanNotReady(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"silent":         func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"gone at once":   func(c net.Conn) {},
		"no HTTP":        func(c net.Conn) { fmt.Fprint(c, "220 smtp ready\r\n") },
		"endless header": func(c net.Conn) { endless(c, "HTTP/1.1 200 OK\r\nX: ") },
		"endless body":   func(c net.Conn) { endless(c, "HTTP/1.1 200 OK\r\n\r\n") },
		"stops in a body": func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
			_, _ = io.Copy(io.Discard, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, "tcp", "127.0.0.1:0")
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() { defer c.Close(); serve(c) }()
				}
			}()
			url := "http://" + l.Addr().String() + "/"
			waited(t, Waiter{}, Request{Goals: pageGoal(url, limen.Expect{Body: "what it never says"}), Timeout: 200 * time.Millisecond}, limen.OutcomeTimeout)
		})
	}
}

// endless writes until nobody reads any more.
func endless(c net.Conn, begin string) {
	if _, err := io.WriteString(c, begin); err != nil {
		return
	}
	row := strings.Repeat("x", 64<<10)
	for {
		if _, err := io.WriteString(c, row); err != nil {
			return
		}
	}
}
