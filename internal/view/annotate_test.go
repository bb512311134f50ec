package view

import (
	"net/netip"
	"testing"

	"github.com/limenhq/limen"
)

func event(change limen.Change, endpoint string, socket uint64, name, project string) limen.Event {
	l := limen.Listener{Endpoint: limen.MustParseEndpoint(endpoint), Socket: socket}
	if name != "" {
		l.Owners = []limen.Owner{{Process: limen.Process{Name: name}, Proof: limen.Proved}}
		if project != "" {
			l.Owners[0].Process.Project = &limen.Project{Name: project}
		}
	}
	return limen.Event{Change: change, Listener: l}
}

func TestALogSaysWhoIsMeant(t *testing.T) {
	a := Annotator{Own: func(a netip.Addr) bool { return a == netip.MustParseAddr("192.0.2.1") }}
	for _, e := range []limen.Event{
		event(limen.Opened, "tcp/127.0.0.1:62893", 1, "vite", "shop"),
		event(limen.Opened, "tcp/0.0.0.0:8080", 2, "nginx", ""),
		event(limen.Opened, "tcp/[::1]:3000", 3, "evil\x1b[2J)", "x"),
		event(limen.Opened, "tcp/127.0.0.1:4000", 4, "old", "shop"),
		event(limen.Closed, "tcp/127.0.0.1:4000", 4, "", ""),
		event(limen.Opened, "tcp/127.0.0.1:4001", 5, "old", ""),
		event(limen.Closed, "tcp/127.0.0.1:4001", 5, "old", ""),
		event(limen.Opened, "tcp/127.0.0.1:4001", 6, "new", ""),
		event(limen.Opened, "tcp/127.0.0.1:4002", 7, "", ""),
	} {
		a.Learn(e)
	}
	for text, want := range map[string]string{
		"proxy to 127.0.0.1:62893 failed\r\n":    "proxy to 127.0.0.1:62893 (vite, shop) failed\r\n",
		"http://localhost:62893/a then [::1]:80": "http://localhost:62893/a (vite, shop) then [::1]:80",
		"192.0.2.1:8080 192.0.2.2:8080":          "192.0.2.1:8080 (nginx) 192.0.2.2:8080",
		"127.0.0.2:62893 127.0.0.1:3000":         "127.0.0.2:62893 127.0.0.1:3000",
		"[::1]:3000":                             `[::1]:3000 ("evil\x1b[2J)", x)`,
		"127.0.0.1:4000 127.0.0.1:4001":          "127.0.0.1:4000 (was old, shop) 127.0.0.1:4001 (new)",
		"127.0.0.1:4002 :8080 \xff\xfe\x00":      "127.0.0.1:4002 :8080 (nginx) \xff\xfe\x00",
		"nothing":                                "nothing",
		"":                                       "",
	} {
		if got := string(a.Line([]byte(text))); got != want {
			t.Errorf("%q\n gave %q\n want %q", text, got, want)
		}
	}
}

func TestAnAnnotatorForgetsTheOldest(t *testing.T) {
	var a Annotator
	for n := range uint64(1000) {
		a.Learn(event(limen.Opened, "tcp/127.0.0.1:1", n, "p", ""))
		a.Learn(event(limen.Closed, "tcp/127.0.0.1:1", n, "p", ""))
	}
	if n := len(a.at[1]); n > mostSeen {
		t.Errorf("%d listeners of one port are remembered", n)
	}
}

func BenchmarkAnnotate(b *testing.B) {
	var a Annotator
	a.Learn(event(limen.Opened, "tcp/127.0.0.1:62893", 1, "vite", "shop"))
	line := []byte("2026-11-21T08:00:00Z INFO proxy: GET /assets/index.js -> 127.0.0.1:62893 took 12ms, 304\n")
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		a.Line(line)
	}
}
