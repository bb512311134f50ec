package probe

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/limenhq/limen"
)

// port8008 is a target at the port that most sites share, and leads to server.
func port8008(server *httptest.Server) Target {
	return Target{
		Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:8008")},
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
		},
	}
}

func TestAServerThatAnswersEverythingIsNotAskedEverything(t *testing.T) {
	var asked, opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"version":"1.0"}`))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	got := ask(t, HTTP, port8008(server))
	if got.Product != "" || got.Protocol != "http" {
		t.Errorf("it is taken for %+v", got)
	}
	if n := asked.Load(); n < 2 || n > 1+mostAsked {
		t.Errorf("it was asked %d times, want some, and at most %d", n, 1+mostAsked)
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("it took %d connections for what one could carry", n)
	}
}

func TestNobodyIsAskedForASiteWithoutAReason(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/" || r.Method != http.MethodGet || r.UserAgent() != "limen" {
			t.Errorf("it was asked %s %s by %q", r.Method, r.URL, r.UserAgent())
		}
	}))
	defer server.Close()
	target := port8008(server)
	target.Endpoint.Addr = netip.MustParseAddrPort("127.0.0.1:54321")
	ask(t, HTTP, target)
	if n := asked.Load(); n != 1 {
		t.Errorf("it was asked %d times, want once", n)
	}
}

func TestTheOwnersWordIsReasonEnoughToAskForItsSite(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/project.json" {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"storybookVersion":"8.1.2"}`))
		}
	}))
	defer server.Close()
	target := port8008(server)
	target.Endpoint.Addr = netip.MustParseAddrPort("127.0.0.1:54321")
	target.Owners = []limen.Owner{{Process: limen.Process{Command: []string{"node", "/a/node_modules/storybook/dist/index.js"}}}}
	if got := ask(t, HTTP, target); got.Product != "Storybook" || got.Version != "8.1.2" {
		t.Errorf("it is taken for %+v", got)
	}
}
