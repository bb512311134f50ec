package view

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// town is a machine with names of every kind.
func town() limen.Routes {
	node := limen.Owner{Process: process(4242, "node server.js", time.Hour), Role: limen.Sole, Proof: limen.Proved}
	rival := limen.Owner{Process: process(4300, "vite (1)\x1b[2J", time.Minute), Role: limen.Sole, Proof: limen.Proved}
	at := limen.MustParseEndpoint
	return limen.Routes{
		Routes: []limen.Route{
			{
				Name: "docs.localhost", Target: limen.Target{Socket: "/run/=docs.sock"}, Source: limen.RouteTyped, Since: noon.Add(-48 * time.Hour),
				State: limen.RouteAbsent, URL: "https://docs.localhost:8443", Why: "nobody listens at the socket",
			},
			{
				Name: "postgres.shop.localhost", Target: limen.Target{Port: 23117}, Port: 5432, Address: netip.MustParseAddr("127.77.0.1"),
				Source: limen.RouteTyped, Since: noon, State: limen.RouteLive, Endpoints: []limen.Endpoint{at("tcp/127.0.0.1:23117")},
			},
			{
				Name: "shop.localhost", Target: limen.Target{Port: 3000}, Source: limen.RouteObserved, Since: noon.Add(-time.Hour),
				Subject: &limen.Subject{Project: "/home/nick/src/shop"}, State: limen.RouteLive, URL: "https://shop.localhost:8443",
				Endpoints: []limen.Endpoint{at("tcp/127.0.0.1:3000"), at("tcp/[::1]:3000")}, Owner: &node,
				Gaps: []limen.Gap{{What: "the firewall", Why: "only root may look"}},
			},
			{
				Name: "shop.localhost", Path: "/api", Strip: true, Own: true, LAN: true, Target: limen.Target{Scheme: limen.SchemeHTTPS, Host: "192.168.1.7", Port: 3001, Path: "/v1"},
				When: &limen.Condition{In: limen.InCookie, Name: "tree", Value: "feature-x"}, Source: limen.RouteTyped, Since: noon,
				State: limen.RouteHidden, URL: "https://shop.localhost:8443/api",
			},
			{
				Name: "worker.shop.localhost", Target: limen.Target{Container: "shop-worker-1"}, Source: limen.RouteRun, Since: noon,
				Subject: &limen.Subject{Project: "/home/nick/src/a (1) and b\u202e", Branch: "feature/x", Program: "worker"}, State: limen.RouteAsleep,
			},
		},
		Unnamed: []limen.Unnamed{
			{Endpoint: at("tcp/127.0.0.1:9229"), Owner: &node, Why: "it is a debugger"},
			{
				Endpoint: at("tcp/[::1]:5173"), Owner: &rival, Name: "shop.localhost", Why: "shop.localhost is the name of ~/src/shop",
				Next: "limen route add shop2 5173",
			},
			{Endpoint: at("tcp/[::1]:9229"), Owner: &node, Why: "it is a debugger"},
			{Endpoint: at("tcp/0.0.0.0:8125"), Why: "it does not answer HTTP"},
		},
		Doors: doorway(),
		Gaps:  []limen.Gap{{What: "listeners of nobody", Why: "only root may look into them", Next: "=1+1"}},
	}
}

func doorway() []limen.Door {
	door := func(endpoint string, usual uint16, g limen.Grant) limen.Door {
		return limen.Door{Endpoint: limen.MustParseEndpoint(endpoint), Usual: usual, Grant: g}
	}
	doors := []limen.Door{
		door("tcp/127.0.0.1:8443", 443, limen.GrantElsewhere), door("tcp/[::1]:8443", 443, limen.GrantElsewhere),
		door("tcp/127.0.0.1:80", 80, limen.GrantSystem), door("tcp/[::1]:80", 80, limen.GrantSystem),
	}
	for i := range 2 {
		doors[i].Why, doors[i].Next = "ports below 1024 take a right that limen has not", "sudo sysctl net.ipv4.ip_unprivileged_port_start=80"
	}
	return doors
}

func standing() limen.Standing {
	return limen.Standing{
		Machine: "desk", Time: noon, Process: &limen.ProcessID{PID: 812, Birth: 7}, Version: "0.7.0\x1b", Since: noon.Add(-3 * time.Hour),
		Socket: "/home/nick/.local/state/limen/daemon.sock", Doors: doorway(), Names: 3, Observes: true, Service: "/home/nick/.config/systemd/user/limen.service",
		Authority: &limen.Authority{Fingerprint: "ab12", Maker: "limen", Until: noon.AddDate(10, 0, 0), Suffixes: []string{"localhost"}},
		Usage:     &limen.Usage{CPU: time.Second, Share: 0.0008, Memory: 21 << 20}, Note: "started", Gaps: []limen.Gap{{What: "systemd", Why: "no manager runs"}},
	}
}

func resolution() limen.Resolution {
	server := limen.MustParseEndpoint("udp/127.0.0.1:5354")
	return limen.Resolution{
		Name: "shop.test",
		Ways: []limen.Lookup{
			{Way: "programs that use the C library", Why: "no server of DNS knows \x1b.test", Next: "limen route resolve shop.test --hosts"},
			{Way: "curl", Found: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}, Works: true},
			{Way: "Chrome", Works: true, Guessed: true, Why: "it asks the system"},
			{Way: "Opera", Works: true, Guessed: true, Why: "it asks the system"},
			{Way: "Safari", Guessed: true, Why: "it is not on this machine", Next: "=try it"},
		},
		Hosts: limen.HostsBlock{File: "/etc/hosts", Names: []string{"shop.localhost", "api.shop.localhost"}}, Server: &server,
		Gaps: []limen.Gap{{What: "systemd-resolved", Why: "it does not run"}},
	}
}

func TestNamesAreToldInEveryFormat(t *testing.T) {
	answers := map[string]func(io.Writer, Format, Options) error{
		"routes": func(w io.Writer, f Format, o Options) error { return Routes(w, town(), f, o) },
		"unrouted": func(w io.Writer, f Format, o Options) error {
			return Unrouted(w, limen.Routes{Routes: town().Routes[:2]}, f, o)
		},
		"route":      func(w io.Writer, f Format, o Options) error { return Route(w, town().Routes[2], f, o) },
		"unpinned":   func(w io.Writer, f Format, o Options) error { return Unpinned(w, town().Routes[3], f, o) },
		"proxy":      func(w io.Writer, f Format, o Options) error { return Proxy(w, town(), standing(), f, o) },
		"standing":   func(w io.Writer, f Format, o Options) error { return Standing(w, standing(), f, o) },
		"resolution": func(w io.Writer, f Format, o Options) error { return Resolution(w, resolution(), f, o) },
	}
	for name, answer := range answers {
		for _, f := range Formats {
			checkGolden(t, name+"/"+f.Name, toldBy(t, answer, f, Options{}))
		}
		checkGolden(t, name+"/80", toldBy(t, answer, Table, Options{Width: 80, Home: "/home/nick"}))
	}
}

// toldBy is what an answer reads like. Nothing foreign may reach a terminal.
func toldBy(t *testing.T, answer func(io.Writer, Format, Options) error, f Format, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := answer(&b, f, o); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	if r, bad := hasDanger(strings.ReplaceAll(b.String(), "\t", "")); bad {
		t.Errorf("%s has %U:\n%s", f.Name, r, b.String())
	}
	return b.String()
}

func TestHowARouteIsMadeReadsAsASentence(t *testing.T) {
	all := town().Routes
	absent, hidden := all[0], all[3]
	for want, r := range map[string]limen.Route{
		"https://shop.localhost:8443 leads to 3000, where node server.js (4242) answers\n":                                                                                all[2],
		"https://docs.localhost:8443 leads to unix:/run/=docs.sock, but nobody listens at the socket\n":                                                                   absent,
		"postgres.shop.localhost:5432 leads to 23117\n  how:  at 127.77.0.1\n  next: limen route resolve postgres.shop.localhost, for which programs find that address\n": all[1],
		"https://shop.localhost:8443/api leads to https://192.168.1.7:3001/v1, but another route with this name comes first\n" +
			"  if:   cookie:tree=feature-x\n  how:  without /api, asked for its own host, from the network, too\n": hidden,
	} {
		var b strings.Builder
		if err := Route(&b, r, Table, Options{}); err != nil || b.String() != want {
			t.Errorf("said %q, %v\nwant %q", b.String(), err, want)
		}
	}
}

func TestADaemonThatDoesNotRunIsNoRiddle(t *testing.T) {
	for name, s := range map[string]limen.Standing{
		"none":  {Machine: "desk", Time: noon},
		"bare":  {Machine: "desk", Time: noon, Process: &limen.ProcessID{PID: 812}, Since: noon, Version: "0.7.0", Socket: "/run/x.sock"},
		"ended": {Machine: "desk", Time: noon, Note: "ended (812)", Service: "/etc/limen.service"},
	} {
		var b strings.Builder
		if err := Standing(&b, s, Table, Options{}); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "standing/"+name, b.String())
	}
	var b strings.Builder
	if err := Proxy(&b, limen.Routes{Doors: doorway()}, limen.Standing{}, Table, Options{}); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "proxy/none", b.String())
}

func FuzzNoNameReachesATerminal(f *testing.F) {
	f.Add("\x1b[2J", "a\nb", uint8(40))
	f.Add("\u202e", "=1+1\t\"", uint8(0))
	f.Fuzz(func(t *testing.T, text, why string, width uint8) {
		rs := town()
		for i := range rs.Routes {
			r := &rs.Routes[i]
			r.Name, r.Path, r.URL, r.Why = text, text, text, why
			r.Subject = &limen.Subject{Project: text, Branch: text, Program: text}
		}
		for i := range rs.Unnamed {
			u := &rs.Unnamed[i]
			if u.Name != "" {
				u.Name = text + "x"
			}
			u.Why, u.Next = why, text
		}
		for i := range rs.Doors {
			rs.Doors[i].Why, rs.Doors[i].Next = why, text
		}
		s := standing()
		s.Version, s.Socket, s.Service, s.Note, s.Doors = text, text, text, text, rs.Doors
		r := resolution()
		r.Name, r.Hosts.File, r.Ways[0].Way, r.Ways[0].Why = text, text, text, why
		for _, format := range []Format{Table, CSV, TSV} {
			o := Options{Width: int(width)}
			for _, answer := range []func(io.Writer, Format, Options) error{
				func(w io.Writer, f Format, o Options) error { return Routes(w, rs, f, o) },
				func(w io.Writer, f Format, o Options) error { return Unrouted(w, rs, f, o) },
				func(w io.Writer, f Format, o Options) error { return Proxy(w, rs, s, f, o) },
				func(w io.Writer, f Format, o Options) error { return Standing(w, s, f, o) },
				func(w io.Writer, f Format, o Options) error { return Resolution(w, r, f, o) },
				func(w io.Writer, f Format, o Options) error { return Route(w, rs.Routes[0], f, o) },
			} {
				toldBy(t, answer, format, o)
			}
		}
	})
}
