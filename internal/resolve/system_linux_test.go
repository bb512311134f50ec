package resolve

import (
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// pythonFinds has the C library look a name up: Python's getaddrinfo is that one's.
func pythonFinds(t *testing.T, name string) (all []netip.Addr) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), nettest.Need(t, "python3"), "-c", `
import json, socket, sys
try:
    found = socket.getaddrinfo(sys.argv[1], None, type=socket.SOCK_STREAM)
except socket.gaierror:
    found = []
print(json.dumps([f[4][0] for f in found]))`, name).Output()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	if err := json.Unmarshal(out, &words); err != nil {
		t.Fatal(err)
	}
	return addresses(words...)
}

func sorted(all []netip.Addr) []netip.Addr {
	all = slices.Clone(all)
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

func TestTheCLibraryFindsWhatIsSaidOfIt(t *testing.T) {
	nettest.NeedPrivate(t)
	m := tree(t, map[string]string{
		"etc/resolv.conf": "nameserver 127.0.0.1\noptions attempts:1\n", "etc/resolver/test": "", // so that its server may be asked
	})
	conf, hosts := m.at("/etc/nsswitch.conf"), m.at(hostsPath)
	for _, path := range []string{conf, hosts} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mount(t, map[string]string{"/etc/nsswitch.conf": conf, hostsPath: hosts, "/etc/resolv.conf": m.at("/etc/resolv.conf")})
	packets, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53})
	if err != nil {
		nettest.Skip(t, "needs port 53: "+err.Error())
	}
	streams, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53})
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, &Responder{packets, streams}, Zone{Suffixes: []string{"test", "localhost"}, Names: map[string][]netip.Addr{
		"shop.test": addresses("127.0.0.1", "::1"), "db.localhost": addresses("127.77.1.2"),
	}})
	for _, row := range []struct{ list, hosts, name, want string }{
		{"files dns", "", "shop.test", "127.0.0.1 ::1"},
		{"files", "", "shop.test", ""},
		{"files dns", "127.0.0.9 shop.test", "shop.test", "127.0.0.9"},
		{"dns files", "127.0.0.9 shop.test", "shop.test", "127.0.0.1 ::1"},
		{"files [NOTFOUND=return] dns", "", "shop.test", ""},
		{"files dns", "", "db.localhost", "127.77.1.2"},
		{"files dns", "", "other.localhost", ""}, // glibc itself knows nothing of it
		{"files dns [NOTFOUND=return] files", "", "other.test", ""},
		{"files", "127.0.0.1 shop.test\n::1 shop.test\n", "shop.test", "127.0.0.1 ::1"},
	} {
		for path, text := range map[string]string{conf: "hosts: " + row.list + "\n", hosts: row.hosts + "\n"} {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		q := &question{Machine: m, name: row.name, host: row.name}
		said := sorted(q.asSwitch(t.Context()).found)
		found := sorted(pythonFinds(t, row.name))
		want := sorted(addresses(strings.Fields(row.want)...))
		if !slices.Equal(said, want) || !slices.Equal(found, want) {
			t.Errorf("%s by %q with %q: said is %v, found %v; want %v", row.name, row.list, row.hosts, said, found, want)
		}
	}
}

func TestCurlKnowsLocalhostByItself(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
		came <- err
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	out, err := exec.CommandContext(t.Context(), nettest.Need(t, "curl"), "-sS", "--noproxy", "*", "http://shop.localhost:"+port).CombinedOutput()
	l.Close()
	if failed := <-came; failed != nil {
		t.Errorf("curl did not come: %v, %s", err, out)
	}
}
