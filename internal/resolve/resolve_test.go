package resolve

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }

// tree makes a machine of files.
func tree(t *testing.T, files map[string]string) Machine {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Machine{Root: root}
}

func addresses(words ...string) (all []netip.Addr) {
	for _, w := range words {
		all = append(all, netip.MustParseAddr(w))
	}
	return all
}

// way finds what came of one way.
func wayOf(t *testing.T, all []limen.Lookup, begins string) limen.Lookup {
	t.Helper()
	i := slices.IndexFunc(all, func(l limen.Lookup) bool { return strings.HasPrefix(l.Way, begins) })
	if i < 0 {
		t.Fatalf("no way begins with %q: %+v", begins, all)
	}
	return all[i]
}

func TestBrowsersKnowLocalhostWhereTheSystemDoesNot(t *testing.T) {
	m := tree(t, map[string]string{"etc/nsswitch.conf": "hosts: files", hostsPath: "127.0.0.1 localhost\n"})
	all, err := m.Lookup(t.Context(), "shop.localhost")
	if err != nil {
		t.Fatal(err)
	}
	for _, browser := range []string{"Chrome", "Firefox", "curl"} {
		if l := wayOf(t, all, browser); !l.Works || !l.Guessed || !slices.Equal(l.Found, addresses("127.0.0.1", "::1")) || l.Next != "" {
			t.Errorf("%+v", l)
		}
	}
	if l := wayOf(t, all, "programs"); l.Works || len(l.Found) > 0 || l.Next != "sudo limen route resolve shop.localhost --hosts" {
		t.Errorf("%+v", l)
	}
}

func TestANameOfItsOwnAddressDoesNotWorkWhereAllOfLocalhostIsOne(t *testing.T) {
	own := netip.MustParseAddr("127.77.1.2")
	m := tree(t, map[string]string{"etc/nsswitch.conf": "hosts: files", hostsPath: own.String() + " db.shop.localhost\n"})
	m.Leads = func(a netip.Addr) bool { return a == own }
	all, err := m.Lookup(t.Context(), "db.shop.localhost")
	if err != nil {
		t.Fatal(err)
	}
	if l := wayOf(t, all, "programs"); !l.Works {
		t.Errorf("%+v", l)
	}
	if l := wayOf(t, all, "Firefox"); l.Works {
		t.Errorf("%+v", l)
	}
}

func TestOneForeignAddressIsEnoughForANameNotToWork(t *testing.T) {
	q := &question{name: "shop.test", host: "shop.test"}
	for _, row := range []struct {
		found []netip.Addr
		works bool
	}{
		{nil, false},
		{addresses("127.0.0.1"), true},
		{addresses("127.0.0.1", "::1"), true},
		{addresses("127.0.0.1", "192.0.2.7"), false},
		{addresses("192.0.2.7"), false},
	} {
		if l := q.judge("a way", answer{found: row.found}); l.Works != row.works {
			t.Errorf("%v works: %v", row.found, l.Works)
		}
	}
	q.Leads = func(a netip.Addr) bool { return a.Is4() } // nothing answers at ::1
	if l := q.judge("a way", answer{found: addresses("127.0.0.1", "::1")}); !l.Works {
		t.Error("a client that finds both loopbacks tries both, and one leads to limen")
	}
}

func TestNoQuestionLeavesThisMachine(t *testing.T) {
	for conf, why := range map[string]string{
		"nameserver 192.0.2.53\n": "another machine",
		"nameserver 127.0.0.1\n":  "ask others on the Internet",
	} {
		m := tree(t, map[string]string{"etc/nsswitch.conf": "hosts: files dns", "etc/resolv.conf": conf, hostsPath: ""})
		q := &question{Machine: m, name: "shop.test", host: "shop.test"}
		for way, a := range map[string]answer{"C library": q.asSwitch(t.Context()), "musl": q.asMusl(t.Context())} {
			if len(a.found) > 0 || !a.guessed || !strings.Contains(a.why, why) {
				t.Errorf("%s with %q: %+v", way, conf, a)
			}
		}
	}
}

func TestAWildcardIsLookedUpByANameBelowItAndNotOfferedAFile(t *testing.T) {
	m := tree(t, map[string]string{"etc/nsswitch.conf": "hosts: files", "run/dnsmasq/dnsmasq.pid": "1"})
	m.Server = netip.MustParseAddrPort("127.0.0.1:53535")
	all, err := m.Lookup(t.Context(), "*.shop.test")
	if err != nil {
		t.Fatal(err)
	}
	want := `sudo mkdir -p /etc/dnsmasq.d && printf 'server=/test/127.0.0.1#53535\n' | sudo tee /etc/dnsmasq.d/limen-test.conf && sudo systemctl restart dnsmasq`
	if l := wayOf(t, all, "programs"); l.Works || l.Next != want {
		t.Errorf("%+v\nwant %s", l, want)
	}
}

func TestWhatIsNoNameIsRefused(t *testing.T) {
	for _, name := range []string{"", "a b", "$(id).test", "-x.test", "a..test", "shop.*.test", strings.Repeat("a", 64) + ".test"} {
		if _, err := (Machine{}).Lookup(t.Context(), name); !errors.Is(err, limen.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestGoIsReallyAskedAndMayAskNobodyElse(t *testing.T) {
	q := &question{name: "localhost", host: "localhost"}
	if a := q.asGo(t.Context()); len(a.found) == 0 || !a.found[0].IsLoopback() || a.guessed {
		t.Errorf("localhost: %+v", a)
	}
	q = &question{name: "x.example.com", host: "x.example.com"}
	if a := q.asGo(t.Context()); len(a.found) > 0 {
		t.Errorf("a name of the Internet: %+v", a)
	}
}

// resolvedSays has a systemd-resolved of recorded answers, which are those of 252, and returns its machine
// and what it was asked.
func resolvedSays(t *testing.T, reply string) (Machine, chan string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "r") // a socket's path must be short (unix(7))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := Machine{Root: dir}
	if err := os.MkdirAll(filepath.Dir(m.at(resolvedSocket)), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", m.at(resolvedSocket))
	if err != nil {
		nettest.Skip(t, "needs Unix sockets: "+err.Error())
	}
	t.Cleanup(func() { l.Close() })
	asked := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 4096)
		n, _ := c.Read(b)
		asked <- string(b[:n])
		c.Write([]byte(reply + "\x00"))
	}()
	return m, asked
}

func TestResolvedIsAskedAndNotLetOut(t *testing.T) {
	for _, row := range []struct{ host, asked, reply, why string }{
		{
			"shop.localhost", `{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"shop.localhost","flags":0}}`,
			`{"parameters":{"addresses":[{"ifindex":1,"family":2,"address":[127,0,0,1]},{"ifindex":1,"family":10,"address":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}],"name":"shop.localhost","flags":786945}}`, "",
		},
		{
			"shop.example.com", `{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"shop.example.com","flags":32768}}`,
			`{"error":"io.systemd.Resolve.NoSource","parameters":{}}`, "would ask others on the Internet",
		},
		{"a.localhost", `{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"a.localhost","flags":0}}`, `{"error":"io.systemd.Resolve.NetworkDown","parameters":{}}`, "NetworkDown"},
		{"a.localhost", `{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"a.localhost","flags":0}}`, `hello`, "not understood"},
	} {
		m, asked := resolvedSays(t, row.reply)
		q := &question{Machine: m, name: row.host, host: row.host}
		a, ok := q.askResolved(t.Context())
		if got := strings.TrimSuffix(<-asked, "\x00"); got != row.asked {
			t.Errorf("%s: asked %s\nwant %s", row.host, got, row.asked)
		}
		if want := row.why == ""; !ok || slices.Equal(a.found, addresses("127.0.0.1", "::1")) != want || !strings.Contains(a.why, row.why) {
			t.Errorf("%s: %+v, %v", row.host, a, ok)
		}
	}
	if _, ok := (&question{Machine: Machine{Root: t.TempDir()}}).askResolved(t.Context()); ok {
		t.Error("there is an answer where nothing runs")
	}
}

func TestAHookupLetsResolvedAskLimen(t *testing.T) {
	m, asked := resolvedSays(t, `{"parameters":{"addresses":[{"family":2,"address":[127,0,0,1]}],"name":"shop.test","flags":8388609}}`)
	m.Server = netip.MustParseAddrPort("127.0.0.1:53535")
	want := `sudo mkdir -p /etc/systemd/resolved.conf.d && printf '[Resolve]\nDNS=127.0.0.1:53535\nDomains=~test\n' | sudo tee /etc/systemd/resolved.conf.d/limen-test.conf && sudo systemctl restart systemd-resolved`
	if got := m.Hookup("test"); got != want {
		t.Errorf("the command is %s\nwant %s", got, want)
	}
	file := m.at("/etc/systemd/resolved.conf.d/limen-test.conf")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	q := &question{Machine: m, name: "shop.test", host: "shop.test"}
	if a, ok := q.askResolved(t.Context()); !ok || !slices.Equal(a.found, addresses("127.0.0.1")) {
		t.Errorf("%+v, %v", a, ok)
	}
	if got := <-asked; !strings.Contains(got, `"flags":0`) {
		t.Errorf("it was asked %s", got)
	}
}

func TestAResolvedThatSaysNothingIsGivenUp(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	m, asked := resolvedSays(t, "")
	go func() { <-asked; stop() }()
	q := &question{Machine: m, name: "shop.test", host: "shop.test"}
	if a, ok := q.askResolved(ctx); !ok || len(a.found) > 0 || a.why == "" {
		t.Errorf("%+v, %v", a, ok)
	}
}

func FuzzParseResolved(f *testing.F) {
	f.Add([]byte(`{"parameters":{"addresses":[{"address":[127,0,0,1]}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parseResolved(b)
		for _, a := range all {
			if !a.IsValid() || err != nil {
				t.Errorf("%v, %v", all, err)
			}
		}
	})
}
