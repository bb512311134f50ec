package probe

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestRealDnsmasqOverBothTransports(t *testing.T) {
	dnsmasq := server{
		Program: "dnsmasq", UDP: true, Ready: "started, version",
		Args: []string{
			"--no-daemon", "--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces", "--conf-file=/dev/null",
			"--no-resolv", "--no-hosts", "--pid-file=", "--user=", "--log-facility=-",
		},
	}
	target := dnsmasq.start(t)
	udp := ask(t, DNS, target)
	target.Endpoint.Transport = limen.TCP
	tcp := ask(t, DNSOverTCP, target)
	for _, got := range []limen.Service{udp, tcp} {
		if got.Protocol != "dns" || got.Product != "dnsmasq" || got.Version == "" {
			t.Errorf("it is taken for %+v", got)
		}
	}
}

func TestRealNetSNMP(t *testing.T) {
	snmpd := server{
		Program: "snmpd", UDP: true, Ready: "NET-SNMP version",
		Files: map[string]string{"snmpd.conf": "agentAddress udp:{addr}\n"},
		Args:  []string{"-f", "-Lo", "-C", "-c", "{dir}/snmpd.conf", "--persistentDir={dir}"},
	}
	if got := ask(t, SNMP, snmpd.start(t)); got.Product != "Net-SNMP" || got.Authentication != limen.AuthenticationRequired {
		t.Errorf("it is taken for %+v", got)
	}
}

func TestRealCoturn(t *testing.T) {
	coturn := server{
		Program: "turnserver", UDP: true, // which it takes after TCP
		Args: []string{"-n", "-L", "127.0.0.1", "-p", "{port}", "--no-tls", "--no-dtls", "--no-cli", "--log-file", "stdout", "--pidfile", "{dir}/pid", "--db", "{dir}/db"},
	}
	if got := ask(t, STUN, coturn.start(t)); got.Product != "coturn" || got.Version == "" {
		t.Errorf("it is taken for %+v", got)
	}
}

func TestRealNTPsec(t *testing.T) {
	nettest.NeedPrivate(t) // its port is fixed
	nettest.NeedRoot(t)
	ntpd := server{
		Program: "ntpd", UDP: true, Root: true, Ready: "Listen normally",
		Files: map[string]string{"ntp.conf": "disable monitor\n"},
		Args:  []string{"-n", "-c", "{dir}/ntp.conf", "-I", "127.0.0.1"},
	}
	got := ask(t, NTP, ntpd.startAt(t, netip.MustParseAddrPort("127.0.0.1:123")))
	if got.Protocol != "ntp" || got.Confidence != limen.Exchanged {
		t.Errorf("it is taken for %+v", got)
	}
}

func TestRealDebugpyGreets(t *testing.T) {
	python, err := exec.LookPath("/usr/bin/python3") // of the distribution, which has the package
	if err != nil || exec.Command(python, "-c", "import debugpy").Run() != nil {
		nettest.Skip(t, "needs the Python package debugpy, of the distribution")
	}
	debugpy := server{
		Program: python, Ready: "listening", Args: []string{"-Xfrozen_modules=off", "{dir}/main.py"},
		Files: map[string]string{"main.py": "import debugpy, time\ndebugpy.listen(('127.0.0.1', {port}))\nprint('listening', flush=True)\ntime.sleep(100)\n"},
	}
	target := debugpy.start(t)
	if got := ask(t, Debugpy, target); got.Product != "debugpy" || got.Version == "" || got.Confidence != limen.Told {
		t.Errorf("it is taken for %+v", got)
	}
}

func TestRealDelveIsAskedOnlyIfItStays(t *testing.T) {
	nettest.Need(t, "dlv")
	dir := t.TempDir()
	program := filepath.Join(dir, "main.go")
	if err := os.WriteFile(program, []byte("package main\n\nfunc main() { select {} }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "waits")
	if out, err := exec.Command("go", "build", "-o", binary, program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	delve := server{
		Program: "dlv", Root: os.Geteuid() == 0, Ready: "API server listening",
		Args: []string{"exec", binary, "--headless", "--accept-multiclient", "--listen={addr}", "--check-go-version=false"},
	}
	target := delve.start(t)
	got := ask(t, Delve, target)
	if got.Product != "Delve" || !strings.HasPrefix(got.Version, "1.") {
		t.Errorf("it is taken for %+v", got)
	}
	// One that ends with its first client is not even connected to.
	alone := target
	alone.Owners = []limen.Owner{{Process: limen.Process{Name: "dlv", Command: []string{"dlv", "exec", "x", "--headless", "--listen=" + target.Endpoint.Addr.String()}}}}
	alone.Dial = nil
	guess, err := Identify(t.Context(), alone)
	if err != nil || guess.Protocol != "delve" || guess.Confidence != limen.Guessed {
		t.Errorf("one client's debugger is %+v, %v; want a guess", guess, err)
	}
}
