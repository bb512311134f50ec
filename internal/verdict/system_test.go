package verdict

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// called is an owner by another number and name, as one that shows its user.
func called(pid int, name string) limen.Owner {
	o := owner(pid, name)
	o.Process.User = &limen.User{UID: -1, Name: name}
	return o
}

// TestEverySystemHasRulesAndWordsOfItsOwn is TestJudge for what only one
// system has: none of it can be made to happen on another.
func TestEverySystemHasRulesAndWordsOfItsOwn(t *testing.T) {
	mine, others := called(4242, "node"), called(4243, "nginx")
	others.Process.User = nil // which only its own user sees, and administrators
	service := others
	service.Keeper = &limen.Keeper{Kind: limen.WinService, Name: "nginx"}
	here := func(owners ...limen.Owner) []limen.Listener {
		return []limen.Listener{with(listener("tcp/0.0.0.0:3000", owners...), func(l *limen.Listener) { l.Socket, l.User = 0, nil })}
	}
	refused := []limen.Bind{{Address: netip.MustParseAddr("127.0.0.1"), Error: "permission denied"}}

	for _, tt := range []struct {
		name  string
		facts Facts
		want  []string
	}{
		{"windows: one's own", Facts{System: Windows, Binds: taken, Listeners: here(mine)},
			[]string{"listener!: node (pid 4242) listens on every IPv4 address → taskkill /PID 4242"}},
		{"windows: of others", Facts{System: Windows, Binds: taken, Listeners: here(others)},
			[]string{"listener!: nginx (pid 4243) listens on every IPv4 address → in a prompt that runs as administrator: taskkill /PID 4243"}},
		{"windows: two that share a port", Facts{System: Windows, Binds: taken, Listeners: here(mine, others)},
			[]string{"listener!: node (pid 4242) and nginx (pid 4243) listen on every IPv4 address → in a prompt that runs as administrator: taskkill /PID 4242 /PID 4243",
				"shadowed: node (pid 4242) and nginx (pid 4243) share every IPv4 address, and nobody can say which of them a connection reaches → stop all but one, and let servers set SO_EXCLUSIVEADDRUSE"}},
		{"windows: a service", Facts{System: Windows, Binds: taken, Listeners: here(service)},
			[]string{"listener!: nginx (pid 4243) listens on every IPv4 address → in a prompt that runs as administrator: net stop nginx"}},
		{"windows: hidden", Facts{System: Windows, Binds: taken, Unowned: limen.CauseListener, Listeners: here()},
			[]string{"listener!: a process that cannot be seen listens on every IPv4 address → in a prompt that runs as administrator: limen why 3000"}},
		{"windows: the kernel", Facts{System: Windows, Binds: taken, Listeners: here(called(4, "System"))},
			[]string{"listener!: System (pid 4) listens on every IPv4 address; the kernel holds it: for HTTP this is http.sys, which IIS and many services use → netsh http show servicestate"}},
		{"windows: a kernel by name only", Facts{System: Windows, Binds: taken, Listeners: here(called(5, "System"))},
			[]string{"listener!: System (pid 5) listens on every IPv4 address → taskkill /PID 5"}},
		{"windows: a server in WSL", Facts{System: Windows, Binds: taken, Listeners: here(called(77, "wslrelay.exe"))},
			[]string{"listener!: wslrelay.exe (pid 77) listens on every IPv4 address; it passes the port on to a distribution of WSL, where the server is → wsl --list --running, and look inside of the distribution"}},
		{"windows: nobody to be seen", Facts{System: Windows, Binds: refused},
			[]string{"unknown!: nobody is seen to hold it: probably it lies in an excluded range, as Hyper-V and WSL set aside, or a socket that does not listen has it for itself alone → netsh interface ipv4 show excludedportrange protocol=tcp, and if 3000 is in no range: netstat -anoq"}},
		{"windows: a connection whose owner is hidden", Facts{System: Windows, Binds: taken, Leftovers: []Leftover{
			{Connection: limen.Connection{Local: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), Peer: netip.MustParseAddrPort("127.0.0.1:9"), State: limen.Established}}}},
			[]string{"outgoing!: a process that cannot be seen uses it as the local end of its connection to 127.0.0.1:9 → use another port, or wait until a process that cannot be seen closes that connection"}},
		{"wsl: nobody to be seen", Facts{Binds: taken, Rules: Rules{InWSL: true}},
			[]string{"unknown!: nobody in this Linux is seen to hold it: probably Windows does, or another distribution of WSL, whose ports are the same → in Windows: netstat -ano, and look for :3000; in the other distributions: limen why 3000/tcp"}},
		{"macos: airplay", Facts{System: MacOS, Port: 5000, Binds: taken, Listeners: here(owner(400, "ControlCenter"))},
			[]string{"listener!: ControlCenter (pid 400) listens on every IPv4 address; it is the AirPlay Receiver of macOS, which has 5000 and 7000 since macOS 12 → turn it off in System Settings, General, AirDrop & Handoff, AirPlay Receiver; or use another port"}},
		{"macos: not airplay", Facts{System: MacOS, Port: 5001, Binds: taken, Listeners: here(owner(400, "ControlCenter"))},
			[]string{"listener!: ControlCenter (pid 400) listens on every IPv4 address → sudo kill 400"}},
		{"macos: launchd", Facts{System: MacOS, Binds: taken, Listeners: here(owner(1, "launchd"))},
			[]string{"listener!: launchd (pid 1) listens on every IPv4 address; launchd holds the port for a job, which it starts when someone connects → find the job whose Sockets name the port in /Library/LaunchDaemons or ~/Library/LaunchAgents, then: launchctl bootout"}},
		{"macos: one address below 1024", Facts{System: MacOS, Port: 80, Binds: refused, Rules: Rules{Unprivileged: 1024, LowWildcard: true}},
			[]string{"privileged!: binding one address at a port below 1024 takes rights that this user lacks, and binding every address takes none → use a port from 1024 on, or let the server bind every address, 0.0.0.0 or [::], which the whole network can then reach"}},
		{"freebsd: low ports", Facts{System: FreeBSD, Port: 80, Binds: refused, Rules: Rules{Unprivileged: 1024}},
			[]string{"privileged!: binding a port below 1024 takes rights that this user lacks → use a port from 1024 on"}},
		{"freebsd: ephemeral", Facts{System: FreeBSD, Port: 12000, Binds: free, Rules: Rules{Ephemeral: limen.PortRange{From: 10000, To: 65535}}},
			[]string{"ephemeral: the system gives the numbers 10000-65535 to outgoing connections, so it can be taken before a server asks for it → use a port outside 10000-65535 for a server"}},
		{"freebsd: a jail", Facts{System: FreeBSD, Binds: taken, Rules: Rules{InJail: true}},
			[]string{"unknown!: nobody in this jail is seen to hold it: probably the host does, or another jail with the same address → on the host: limen why 3000/tcp"}},
	} {
		f := tt.facts
		f.Transport, f.Asker = limen.TCP, 7
		if f.Port == 0 {
			f.Port = 3000
		}
		f.Stop = func(within []limen.Keeper) string { return "net stop nginx" }
		var got []string
		for _, c := range Judge(f).Causes {
			got = append(got, say(c))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if all := strings.Join(got, " "); f.System == Windows && (strings.Contains(all, "sudo") || strings.Contains(all, "→ kill")) {
			t.Errorf("%s: Windows knows neither sudo nor kill: %s", tt.name, all)
		}
	}
}

func TestSocketsWithoutNumbersAreNotOne(t *testing.T) {
	f := Facts{System: Windows, Transport: limen.TCP, Port: 3000, Binds: taken}
	for at, o := range map[string]limen.Owner{"tcp/127.0.0.1:3000": called(8, "node"), "tcp/[::1]:3000": called(9, "vite")} {
		f.Listeners = append(f.Listeners, with(listener(at, o), func(l *limen.Listener) { l.Socket = 0 }))
	}
	var kinds []limen.CauseKind
	for _, c := range Judge(f).Causes {
		kinds = append(kinds, c.Kind)
		for _, e := range c.Evidence {
			if strings.Contains(e.From, "number 0") {
				t.Errorf("%s: evidence from %q", c.Kind, e.From)
			}
		}
	}
	if want := []limen.CauseKind{limen.CauseListener, limen.CauseListener, limen.CauseFamily}; !cmp.Equal(kinds, want) {
		t.Errorf("causes %v; want %v: two servers", kinds, want)
	}
}
