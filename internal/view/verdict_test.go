package view

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func binds(failed string, addrs ...string) (all []limen.Bind) {
	for _, a := range addrs {
		free := !strings.HasSuffix(a, "!")
		b := limen.Bind{Address: netip.MustParseAddr(strings.TrimSuffix(a, "!")), Free: free, Reuse: free}
		if !free {
			b.Error = failed
		}
		all = append(all, b)
	}
	return all
}

const inUse = "address already in use"

func taken(port uint16, causes ...limen.Cause) limen.Verdict {
	v := limen.Verdict{
		Machine: "desk", Time: noon, Transport: limen.TCP, Port: port, Range: limen.RangeOf(port),
		Tried: true, Binds: binds(inUse, "127.0.0.1!", "::1", "0.0.0.0!", "::!"), Causes: causes,
	}
	for _, c := range causes {
		if c.Blocks {
			v.Next = c.Next
			break
		}
	}
	return v
}

func free(port uint16, causes ...limen.Cause) limen.Verdict {
	v := taken(port, causes...)
	v.Free, v.Next, v.Binds = true, "", binds("", "127.0.0.1", "::1", "0.0.0.0", "::")
	return v
}

func at(endpoint string) *limen.Endpoint {
	e := limen.MustParseEndpoint(endpoint)
	return &e
}

// causes has one cause of each kind, as package verdict words them.
func causes() map[string]limen.Cause {
	own := []limen.Owner{node()}
	table := []limen.Evidence{{What: "the socket is listening", From: "the kernel's table of sockets, number 77"}}
	unseen := sole(process(700, "sshd", 3000))
	unseen.Proof = limen.Candidate
	return map[string]limen.Cause{
		"listener":      {Kind: limen.CauseListener, Blocks: true, What: "node server.js (pid 4242) listens on 127.0.0.1", Endpoint: at("tcp/127.0.0.1:3000"), Owners: own, Evidence: table, Next: "kill 4242"},
		"prefork":       {Kind: limen.CauseListener, Blocks: true, What: "nginx (pid 812) with 4 workers listens on every IPv4 address", Endpoint: at("tcp/0.0.0.0:80"), Owners: nginx(), Evidence: table, Next: "sudo systemctl stop nginx.service"},
		"hidden":        {Kind: limen.CauseListener, Blocks: true, What: "a process of user root listens on every IPv4 address", Endpoint: at("tcp/0.0.0.0:80"), Evidence: table, Next: "sudo limen why 80"},
		"candidate":     {Kind: limen.CauseListener, Blocks: true, What: "probably sshd (pid 700) listens on every IPv4 address", Owners: []limen.Owner{unseen}, Evidence: table},
		"other-family":  {Kind: limen.CauseFamily, What: "localhost means ::1 first here, and only 127.0.0.1 answers", Owners: own, Evidence: []limen.Evidence{{What: "what localhost means", From: "the hosts file, sorted as RFC 6724 says: [::1 127.0.0.1]"}}, Next: "use the address itself, as in 127.0.0.1:3000"},
		"shadowed":      {Kind: limen.CauseShadowed, What: "at 127.0.0.1 it is node server.js (pid 4242) that answers, not nginx (pid 812), which listens on every IPv4 address", Owners: own, Evidence: []limen.Evidence{{What: "the kernel prefers the socket with the more specific address", From: "compute_score of net/ipv4/inet_hashtables.c"}}},
		"bound":         {Kind: limen.CauseBound, Blocks: true, What: "node server.js (pid 4242) has bound 127.0.0.1 and does not listen", Owners: own, Next: "kill 4242"},
		"outgoing":      {Kind: limen.CauseOutgoing, Blocks: true, What: "node server.js (pid 4242) uses it as the local end of its connection to 192.0.2.7:443", Owners: own, Next: "use another port, or wait until node server.js (pid 4242) closes that connection"},
		"time-wait":     {Kind: limen.CauseTimeWait, Blocks: true, What: "a closed connection still holds it, for 47 s more", Evidence: []limen.Evidence{{What: "it belongs to no process", From: "the kernel's table of sockets"}}, Next: "wait 47 s, or let the server set SO_REUSEADDR"},
		"namespace":     {Kind: limen.CauseNamespace, What: "in another network namespace, node server.js (pid 4242) listens on 127.0.0.1", Owners: own, Evidence: []limen.Evidence{{What: "the namespace has its own ports", From: "net:[4026532000]"}}},
		"outside-pid":   {Kind: limen.CauseOutsidePID, Blocks: true, What: "a process outside this PID namespace listens on 127.0.0.1", Evidence: table, Next: "look from the host, or from the container that owns it: nothing in here can see it"},
		"kernel":        {Kind: limen.CauseKernel, Blocks: true, What: "a socket that no process holds listens on every IPv4 address", Evidence: table},
		"docker":        {Kind: limen.CauseDocker, What: "the docker container shop-db-1 has it published: what arrives from outside goes there, not to a server of this machine", Evidence: []limen.Evidence{{What: "the engine lists the port as published", From: "/run/docker.sock"}}, Next: "docker stop shop-db-1"},
		"reserved":      {Kind: limen.CauseReserved, What: "the system's settings keep it for someone", Evidence: []limen.Evidence{{What: "it is on the list", From: "net.ipv4.ip_local_reserved_ports"}}},
		"privileged":    {Kind: limen.CausePrivileged, Blocks: true, What: "binding a port below 1024 takes rights that this user lacks", Evidence: []limen.Evidence{{What: "no CAP_NET_BIND_SERVICE", From: "/proc/self/status"}}, Next: "use a port from 1024 on"},
		"browser":       {Kind: limen.CauseBrowser, What: "browsers refuse to connect to it, to protect X11", Evidence: []limen.Evidence{{What: "it is a bad port", From: "the Fetch standard, section 2.9 Port blocking"}}, Next: "use another port if a browser shall reach it"},
		"ephemeral":     {Kind: limen.CauseEphemeral, What: "the system gives the numbers 32768-60999 to outgoing connections", Evidence: []limen.Evidence{{What: "ephemeral ports are 32768-60999", From: "net.ipv4.ip_local_port_range"}}, Next: "sudo sysctl -w net.ipv4.ip_local_reserved_ports=50000"},
		"unknown":       {Kind: limen.CauseUnknown, Blocks: true, What: "binding 127.0.0.1 was refused, and nothing that can be seen explains it", Evidence: []limen.Evidence{{What: "operation not permitted", From: "bind(2)"}}, Next: "try once more"},
		"later-invents": {Kind: "quantum", Blocks: true, What: "someone has it and has it not"},
	}
}

func prosaic(t *testing.T, o Options, all ...limen.Verdict) string {
	t.Helper()
	var b strings.Builder
	if err := Verdicts(&b, all, Table, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryCauseIsExplained(t *testing.T) {
	for name, c := range causes() {
		t.Run(name, func(t *testing.T) {
			v := taken(3000, c)
			if !c.Blocks {
				v = free(3000, c)
			}
			if c.Kind == limen.CausePrivileged || c.Kind == limen.CauseUnknown {
				v.Binds = binds(c.Evidence[0].What, "127.0.0.1!", "::1!")
			}
			if c.Kind == limen.CauseTimeWait {
				v.Binds[0].Reuse = true
			}
			checkGolden(t, "verdict/"+name+".txt", prosaic(t, Options{}, v))
		})
	}
}

func TestVerdictsReadAsTheyShould(t *testing.T) {
	all := causes()
	udp := free(53)
	udp.Transport = limen.UDP
	blind := free(3000)
	blind.Tried, blind.Binds = false, nil
	silent := taken(3000)
	for name, v := range map[string]limen.Verdict{
		"free":         free(3000),
		"free-dynamic": free(62893),
		"free-udp":     udp,
		"free-untried": blind,
		"taken-mute":   silent,
		"several":      taken(3000, all["listener"], all["prefork"], all["hidden"], all["other-family"], all["browser"]),
		"many":         taken(3000, slices.Repeat([]limen.Cause{all["listener"]}, 10)...),
	} {
		checkGolden(t, "verdict/"+name+".txt", prosaic(t, Options{}, v))
	}
	checkGolden(t, "verdict/terminal-80.txt", prosaic(t, Options{Width: 80, Home: "/home/nick"}, taken(3000, all["listener"], all["shadowed"])))
	checkGolden(t, "verdict/terminal-40.txt", prosaic(t, Options{Width: 40, Home: "/home/nick"}, taken(3000, all["listener"], all["shadowed"])))
	checkGolden(t, "verdict/two-ports.txt", prosaic(t, Options{}, free(3000), free(3001)))
}

func TestVerdictsForProgramsAreWhole(t *testing.T) {
	all := causes()
	v := taken(3000, all["listener"], all["other-family"])
	v.Gaps = machine().Gaps
	for _, f := range []Format{JSON, NDJSON, CSV, TSV} {
		var b strings.Builder
		if err := Verdicts(&b, []limen.Verdict{v, free(62893)}, f, Options{}); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "verdict/two."+f.Name, b.String())
	}
}
