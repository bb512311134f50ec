package bind

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

// system writes files under a root of their own.
func system(t *testing.T, files map[string]string) System {
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
	return System{Root: root}
}

func TestReadUnderstandsTheKernelsFiles(t *testing.T) {
	s := system(t, map[string]string{
		"proc/sys/net/ipv4/ip_local_port_range":        "32768\t60999\n",
		"proc/sys/net/ipv4/ip_local_reserved_ports":    "8080,9148-9150\n",
		"proc/sys/net/ipv4/ip_unprivileged_port_start": "1024\n",
		"proc/self/status":                             "Name:\tlimen\nCapEff:\t0000000000000400\nSeccomp:\t0\n",
		"proc/sys/kernel/osrelease":                    "6.6.87.2-microsoft-standard-WSL2\n",
		"etc/hosts":                                    "# names\n127.0.0.1 localhost vm\n::1 ip6-localhost localhost # both\n10.0.0.1 other\n",
	})
	got, gaps := s.Read()
	want := Rules{
		Ephemeral:    limen.PortRange{From: 32768, To: 60999},
		Reserved:     []limen.PortRange{{From: 8080, To: 8080}, {From: 9148, To: 9150}},
		Unprivileged: 1024,
		MayBindLow:   true,
		InWSL:        true,
		Localhost:    []netip.Addr{netip.IPv6Loopback(), netip.MustParseAddr("127.0.0.1")},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" || len(gaps) > 0 {
		t.Errorf("rules (-want +got):\n%s\ngaps: %v", diff, gaps)
	}
}

func TestReadOfASystemWithoutRulesIsNoGap(t *testing.T) {
	got, gaps := system(t, nil).Read()
	if diff := cmp.Diff(Rules{}, got); diff != "" || len(gaps) > 0 {
		t.Errorf("rules of nothing:\n%s\ngaps: %v", diff, gaps)
	}
}

func TestReadSaysWhatItDoesNotUnderstand(t *testing.T) {
	s := system(t, map[string]string{
		"proc/sys/net/ipv4/ip_local_port_range":        "many\n",
		"proc/sys/net/ipv4/ip_unprivileged_port_start": "80\n",
	})
	got, gaps := s.Read()
	if got.Unprivileged != 80 || len(gaps) != 1 {
		t.Errorf("one odd file gave %+v and %v; want the others read and one gap", got, gaps)
	}
}

func FuzzRules(f *testing.F) {
	for _, s := range []string{"32768\t60999\n", "8080,9148-9150", "1024", "a\nCapEff:\t00ff\n", "::1 localhost"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, file := range ruleFiles {
			var r Rules
			if err := file.parse(&r, text); err != nil {
				continue
			}
			for _, p := range append(r.Reserved, r.Ephemeral) {
				if p.From > p.To {
					t.Errorf("%s: %q became the range %v, which ends before it begins", file.path, text, p)
				}
			}
		}
	})
}
