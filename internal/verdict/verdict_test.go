package verdict

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// taken and free are what trying the usual four addresses says.
var (
	free  = []limen.Bind{{Address: netip.MustParseAddr("127.0.0.1"), Free: true, Reuse: true}}
	taken = []limen.Bind{{Address: netip.MustParseAddr("127.0.0.1"), Error: "address already in use"}}
)

// owner is a process that answers for a socket.
func owner(pid int, name string) limen.Owner {
	return limen.Owner{
		Process: limen.Process{
			ProcessID: limen.ProcessID{PID: pid, Birth: uint64(pid)},
			Name:      name, User: &limen.User{UID: 1000, Name: "nick"},
		},
		Role: limen.Sole, Proof: limen.Proved,
	}
}

// listener is a socket that listens at e, on both families if e is [::].
func listener(e string, owners ...limen.Owner) limen.Listener {
	l := limen.Listener{
		Endpoint: limen.MustParseEndpoint(e), State: limen.Listening, Socket: uint64(len(e)),
		User: &limen.User{UID: 0, Name: "root"}, Owners: owners,
	}
	switch a := l.Endpoint.Address(); {
	case a.Unmap().Is4():
		l.Families = []limen.Family{limen.IPv4}
	case a.IsUnspecified():
		l.Families = []limen.Family{limen.IPv4, limen.IPv6}
	default:
		l.Families = []limen.Family{limen.IPv6}
	}
	return l
}

func with(l limen.Listener, change func(*limen.Listener)) limen.Listener {
	change(&l)
	return l
}

func connection(local, peer string, s limen.State, owners ...limen.Owner) Leftover {
	c := limen.Connection{
		Local: limen.MustParseEndpoint(local), Peer: netip.MustParseAddrPort(peer), State: s, Owners: owners,
	}
	if s != limen.TimeWait {
		c.Socket = 77
	}
	return Leftover{Connection: c}
}

// TestJudge holds one row for each kind of cause: the facts, and what a
// person hears.
func TestJudge(t *testing.T) {
	node := owner(4242, "node server.js")
	localhost := Rules{Localhost: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	kept := node
	kept.Keeper = &limen.Keeper{Kind: limen.Systemd, Name: "web.service", Evidence: "cgroup /system.slice/web.service"}
	kept.Within = []limen.Keeper{*kept.Keeper}
	guess := node
	guess.Proof = limen.Candidate
	mine := kept
	mine.Keeper = &limen.Keeper{Kind: limen.SystemdUser, Name: "web.service"}
	peer := owner(4244, "node server.js")
	peer.Role = limen.Peer
	worker := owner(4243, "node server.js")
	worker.Role = limen.Worker

	for _, tt := range []struct {
		name  string
		facts Facts
		free  bool
		want  []string // "kind!: what → next", with ! for those that block
	}{
		{"nothing there", Facts{Binds: free}, true, nil},
		{"a listener", Facts{Binds: taken, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", node)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → sudo kill 4242"}},
		{"one's own", Facts{Binds: taken, Asker: 1000, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", node)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → kill 4242"}},
		{"one that is kept", Facts{Binds: taken, Listeners: []limen.Listener{listener("tcp/[::]:3000", kept)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on every IPv4 and IPv6 address → stop web.service"}},
		{"a candidate is not told to be killed", Facts{Binds: taken, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", guess)}}, false,
			[]string{"listener!: probably node server.js (pid 4242) listens on 127.0.0.1 → sudo limen why 3000"}},
		{"one that another user's manager keeps", Facts{Binds: taken, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", mine)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → as user nick: stop web.service"}},
		{"one that one's own manager keeps", Facts{Binds: taken, Asker: 1000, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", mine)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → stop web.service"}},
		{"two that share a socket", Facts{Binds: taken, Asker: 1000, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", node, peer)}}, false,
			[]string{"listener!: node server.js (pid 4242) and node server.js (pid 4244) listen on 127.0.0.1 → kill 4242 4244"}},
		{"two that bound a socket", Facts{Binds: taken, Asker: 1000, Listeners: []limen.Listener{
			with(listener("tcp/127.0.0.1:3000", node, peer), func(l *limen.Listener) { l.State = limen.Bound })}}, false,
			[]string{"bound!: node server.js (pid 4242) and node server.js (pid 4244) have bound 127.0.0.1 and do not listen → kill 4242 4244"}},
		{"a full backlog", Facts{Binds: taken, Listeners: []limen.Listener{
			with(listener("tcp/127.0.0.1:3000", node), func(l *limen.Listener) { l.Backlog = &limen.Backlog{Used: 129, Max: 128} })}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1, and is not keeping up: the backlog of 128 is full → sudo kill 4242"}},
		{"a backlog with one place left", Facts{Binds: taken, Listeners: []limen.Listener{
			with(listener("tcp/127.0.0.1:3000", node), func(l *limen.Listener) { l.Backlog = &limen.Backlog{} })}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → sudo kill 4242"}},
		{"workers are counted", Facts{Binds: taken, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", node, worker, worker)}}, false,
			[]string{"listener!: node server.js (pid 4242) with 2 workers listens on 127.0.0.1 → sudo kill 4242"}},
		{"hidden by rights", Facts{Binds: taken, Unowned: limen.CauseListener, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000")}}, false,
			[]string{"listener!: a process of user root listens on 127.0.0.1 → sudo limen why 3000"}},
		{"outside the PID namespace", Facts{Binds: taken, Unowned: limen.CauseOutsidePID, Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000")}}, false,
			[]string{"outside-pid-namespace!: a process outside this PID namespace listens on 127.0.0.1 → look from the host, or from the container that owns it: nothing in here can see it"}},
		{"held by the kernel", Facts{Binds: taken, Unowned: limen.CauseKernel, Listeners: []limen.Listener{listener("tcp/0.0.0.0:3000")}}, false,
			[]string{"kernel!: a socket that no process holds listens on every IPv4 address"}},
		{"bound and silent", Facts{Binds: taken, Listeners: []limen.Listener{
			with(listener("tcp/127.0.0.1:3000", node), func(l *limen.Listener) { l.State = limen.Bound })}}, false,
			[]string{"bound!: node server.js (pid 4242) has bound 127.0.0.1 and does not listen → sudo kill 4242"}},
		{"an outgoing connection", Facts{Binds: taken, Leftovers: []Leftover{
			connection("tcp/10.0.0.5:3000", "192.0.2.9:443", limen.Established, node)}}, false,
			[]string{"outgoing!: node server.js (pid 4242) uses it as the local end of its connection to 192.0.2.9:443 → use another port, or wait until node server.js (pid 4242) closes that connection"}},
		{"three of them are told once", Facts{Binds: taken, Leftovers: []Leftover{
			connection("tcp/10.0.0.5:3000", "192.0.2.9:443", limen.Established, node),
			connection("tcp/10.0.0.5:3000", "192.0.2.9:444", limen.Established, node),
			connection("tcp/10.0.0.5:3000", "192.0.2.9:445", limen.Established, node)}}, false,
			[]string{"outgoing!: node server.js (pid 4242) uses it as the local end of its connection to 192.0.2.9:443 and 2 more → use another port, or wait until node server.js (pid 4242) closes that connection"}},
		{"a listener's own connections are no cause", Facts{Binds: taken,
			Listeners: []limen.Listener{listener("tcp/0.0.0.0:3000", node)},
			Leftovers: []Leftover{
				connection("tcp/10.0.0.5:3000", "192.0.2.9:443", limen.Established, node),
				connection("tcp/10.0.0.5:3000", "192.0.2.9:444", limen.TimeWait)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on every IPv4 address → sudo kill 4242"}},
		{"time-wait", Facts{Binds: taken, Leftovers: []Leftover{
			{connection("tcp/127.0.0.1:3000", "127.0.0.1:5555", limen.TimeWait).Connection, 42100 * time.Millisecond},
			{connection("tcp/127.0.0.1:3000", "127.0.0.1:5556", limen.TimeWait).Connection, 3 * time.Second}}}, false,
			[]string{"time-wait!: 2 closed connections still hold it, for 43 s more → wait 43 s, or use another port"}},
		{"time-wait that reuse gets past", Facts{
			Binds:     []limen.Bind{{Address: netip.MustParseAddr("127.0.0.1"), Reuse: true, Error: "address already in use"}},
			Leftovers: []Leftover{{connection("tcp/127.0.0.1:3000", "127.0.0.1:5555", limen.TimeWait).Connection, 3 * time.Second}}}, false,
			[]string{"time-wait!: a closed connection still holds it, for 3 s more → wait 3 s, or let the server set SO_REUSEADDR"}},
		{"privileged", Facts{Port: 80, Binds: taken, Rules: Rules{Unprivileged: 1024}}, false,
			[]string{"privileged!: binding a port below 1024 takes rights that this user lacks → use a port from 1024 on, or: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80"}},
		{"privileged, with the right", Facts{Port: 80, Binds: free, Rules: Rules{Unprivileged: 1024, MayBindLow: true}}, true, nil},
		{"unexplained", Facts{Binds: taken}, false,
			[]string{"unknown!: binding 127.0.0.1 was refused, and nothing that can be seen explains it → try once more; if it stays, a security module or a program of the control group may forbid it"}},
		{"seen, and not in the way of a bind", Facts{Binds: free, Listeners: []limen.Listener{
			with(listener("tcp/0.0.0.0:3000", node), func(l *limen.Listener) { l.Device = "vrf-blue" })}}, true,
			[]string{"listener: node server.js (pid 4242) listens on every IPv4 address of vrf-blue"}},
		{"shadowed", Facts{Binds: taken, Rules: localhost, Listeners: []limen.Listener{
			listener("tcp/0.0.0.0:3000", node), listener("tcp/127.0.0.1:3000", owner(9, "vite"))}}, false,
			[]string{
				"listener!: node server.js (pid 4242) listens on every IPv4 address → sudo kill 4242",
				"listener!: vite (pid 9) listens on 127.0.0.1 → sudo kill 9",
				"shadowed: at 127.0.0.1 it is vite (pid 9) that answers, not node server.js (pid 4242), which listens on every IPv4 address"}},
		{"the other family", Facts{Binds: taken, Rules: localhost, Listeners: []limen.Listener{listener("tcp/[::1]:3000", node)}}, false,
			[]string{
				"listener!: node server.js (pid 4242) listens on ::1 → sudo kill 4242",
				"other-family: localhost means 127.0.0.1 first here, and only ::1 answers → use the address itself, as in [::1]:3000"}},
		{"two servers, one localhost", Facts{Binds: taken, Rules: localhost, Listeners: []limen.Listener{
			listener("tcp/127.0.0.1:3000", node), listener("tcp/[::1]:3000", owner(9, "vite"))}}, false,
			[]string{
				"listener!: node server.js (pid 4242) listens on 127.0.0.1 → sudo kill 4242",
				"listener!: vite (pid 9) listens on ::1 → sudo kill 9",
				"other-family: two servers share this number: node server.js (pid 4242) on 127.0.0.1, and vite (pid 9) on ::1; which one localhost reaches depends on the client → use the address itself, as in [::1]:3000"}},
		{"two that cannot be seen may be one", Facts{Binds: taken, Asker: 1000, Unowned: limen.CauseListener, Rules: localhost, Listeners: []limen.Listener{
			listener("tcp/127.0.0.1:3000"), listener("tcp/[::1]:3000")}}, false,
			[]string{
				"listener!: a process of user root listens on 127.0.0.1 → sudo limen why 3000",
				"listener!: a process of user root listens on ::1 → sudo limen why 3000"}},
		{"one server on both families is no surprise", Facts{Binds: taken, Rules: localhost, Listeners: []limen.Listener{
			listener("tcp/127.0.0.1:3000", node), listener("tcp/[::1]:3000", node)}}, false,
			[]string{
				"listener!: node server.js (pid 4242) listens on 127.0.0.1 → sudo kill 4242",
				"listener!: node server.js (pid 4242) listens on ::1 → sudo kill 4242"}},
		{"another namespace", Facts{Binds: free, Elsewhere: []limen.Listener{
			with(listener("tcp/0.0.0.0:3000", node), func(l *limen.Listener) { l.Namespace = 12 })}}, true,
			[]string{"namespace: in another network namespace, node server.js (pid 4242) listens on every IPv4 address"}},
		{"published by an engine", Facts{Binds: free, Published: []limen.Keeper{{Kind: limen.Docker, Name: "shop-db-1"}}}, true,
			[]string{"docker: the docker container shop-db-1 has it published: what arrives from outside goes there, not to a server of this machine → stop shop-db-1"}},
		{"browsers refuse it", Facts{Binds: free, Rules: Rules{Browser: "X11"}}, true,
			[]string{"browser-blocked: browsers refuse to connect to it, to protect X11 → use another port if a browser shall reach it"}},
		{"ephemeral", Facts{Port: 40000, Binds: free, Rules: Rules{Ephemeral: limen.PortRange{From: 32768, To: 60999}}}, true,
			[]string{"ephemeral: the system gives the numbers 32768-60999 to outgoing connections, so it can be taken before a server asks for it → use a port outside 32768-60999 for a server, or add this one to net.ipv4.ip_local_reserved_ports"}},
		{"reserved", Facts{Binds: free, Rules: Rules{Reserved: true}}, true,
			[]string{"reserved: the system's settings keep it for someone: it is never given out by itself, only to a program that asks for it"}},
		{"not tried, and nobody there", Facts{}, true, nil},
		{"not tried, and someone there", Facts{Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", node)}}, false,
			[]string{"listener!: node server.js (pid 4242) listens on 127.0.0.1 → sudo kill 4242"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.facts
			f.Transport = limen.TCP
			if f.Port == 0 {
				f.Port = 3000
			}
			if f.Asker == 0 {
				f.Asker = 7
			}
			f.Stop = func(within []limen.Keeper) string { return "stop " + within[0].Name }
			v := Judge(f)
			var got []string
			for _, c := range v.Causes {
				got = append(got, say(c))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
			if v.Free != tt.free {
				t.Errorf("free is %v, want %v", v.Free, tt.free)
			}
			if !v.Free && v.Next == "" && strings.Contains(strings.Join(got, ""), "!: ") && strings.Contains(got[0], "→") {
				t.Error("the port is not free, a cause knows what to do next, and the verdict does not")
			}
		})
	}
}

func say(c limen.Cause) string {
	s := string(c.Kind)
	if c.Blocks {
		s += "!"
	}
	s += ": " + c.What
	if c.Next != "" {
		s += " → " + c.Next
	}
	return s
}

func TestAConnectionThatIsHalfClosedSaysWhoseTurnItIs(t *testing.T) {
	f := Facts{Transport: limen.TCP, Port: 3000, Binds: taken, Leftovers: []Leftover{
		connection("tcp/127.0.0.1:3000", "127.0.0.1:5555", limen.CloseWait, owner(9, "vite"))}}
	v := Judge(f)
	if len(v.Causes) != 1 || !strings.Contains(v.Causes[0].Evidence[0].What, "this one has yet to") {
		t.Errorf("causes %+v", v.Causes)
	}
}

func TestWhoHasRightsElsewhereHearsIt(t *testing.T) {
	f := Facts{Transport: limen.TCP, Port: 80, Binds: taken, Rules: Rules{Unprivileged: 1024, MayBindLow: true}}
	v := Judge(f)
	if len(v.Causes) != 1 || v.Causes[0].Kind != limen.CauseUnknown || len(v.Causes[0].Evidence) != 2 {
		t.Errorf("causes %+v; want the refusal, and what low ports take", v.Causes)
	}
}

func TestSettledSeesWhatDoesNotFitTogether(t *testing.T) {
	there := []limen.Listener{listener("tcp/127.0.0.1:3000", owner(9, "vite"))}
	for _, tt := range []struct {
		name  string
		facts Facts
		want  bool
	}{
		{"free and nobody there", Facts{Binds: free}, true},
		{"taken and someone there", Facts{Binds: taken, Listeners: there}, true},
		{"taken and nobody there", Facts{Binds: taken}, false},
		{"free and someone there", Facts{Binds: free, Listeners: there}, false},
		{"another address is free and someone there", Facts{Binds: free, Listeners: there, Address: netip.MustParseAddr("10.0.0.5")}, true},
		{"not tried", Facts{Listeners: there}, true},
	} {
		tt.facts.Transport, tt.facts.Port = limen.TCP, 3000
		if got := Settled(tt.facts); got != tt.want {
			t.Errorf("%s: settled is %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOwnersAreListedAsEnglishDoes(t *testing.T) {
	for n, want := range []string{"", "0", "0 and 1", "0, 1 and 2", "0, 1, 2 and 3", "0, 1, 2 and 2 more"} {
		var words []string
		for i := range n {
			words = append(words, fmt.Sprint(i))
		}
		if got := list(words); got != want {
			t.Errorf("%d words: %q, want %q", n, got, want)
		}
	}
}

// What limen itself does is ended in its own way, or like any other program.
func TestWhatLimenItselfHoldsIsNotToBeKilled(t *testing.T) {
	theirs := owner(12, "limen")
	theirs.Process.User = &limen.User{UID: 7, Name: "ann"}
	for _, c := range []struct {
		owner      limen.Owner
		next, want string
	}{
		{owner(12, "limen"), "limen daemon stop", "limen daemon stop"},
		{theirs, "limen daemon stop", "as user ann: limen daemon stop"},
		{owner(12, "limen"), "", "Ctrl-C where it runs, or: kill 12"},
	} {
		f := Facts{Transport: limen.TCP, Port: 443, Asker: 1000, Binds: taken, Listeners: []limen.Listener{listener("tcp/127.0.0.1:443", c.owner)}}
		f.Own = func(limen.Owner) limen.Notice {
			return limen.Notice{What: "it is limen's", Why: "its name", Next: c.next}
		}
		if v := Judge(f); v.Next != c.want || !strings.HasSuffix(v.Causes[0].What, "127.0.0.1; it is limen's") {
			t.Errorf("%+v; want %s", v, c.want)
		}
		f.Own = func(limen.Owner) limen.Notice { return limen.Notice{} }
		if v := Judge(f); !strings.Contains(v.Next, "kill 12") || strings.Contains(v.Next, "Ctrl-C") {
			t.Errorf("of another: %+v", v)
		}
	}
}
