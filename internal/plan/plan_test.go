package plan

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// me runs limen in these tests.
const me = 1000

func owner(pid int, name string, change ...func(*limen.Owner)) limen.Owner {
	o := limen.Owner{
		Process: limen.Process{ProcessID: limen.ProcessID{PID: pid, Birth: uint64(pid)}, Name: name, User: &limen.User{UID: me, Name: "ada"}},
		Role:    limen.Sole, Proof: limen.Proved,
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func as(r limen.Role) func(*limen.Owner) { return func(o *limen.Owner) { o.Role = r } }

func ofUser(uid int64, name string) func(*limen.Owner) {
	return func(o *limen.Owner) { o.Process.User = &limen.User{UID: uid, Name: name} }
}

func below(pid int, name string) func(*limen.Owner) {
	return func(o *limen.Owner) {
		o.Process.Ancestors = append(o.Process.Ancestors, limen.Ancestor{ProcessID: limen.ProcessID{PID: pid, Birth: uint64(pid)}, Name: name})
	}
}

func keptBy(k limen.Keeper) func(*limen.Owner) {
	return func(o *limen.Owner) { o.Keeper, o.Within = &k, []limen.Keeper{k} }
}

func listener(socket uint64, owners ...limen.Owner) limen.Listener {
	return limen.Listener{
		Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(socket)}), 3000)},
		State:    limen.Listening, Socket: socket, Owners: owners,
	}
}

// steps makes a plan for listeners of port 3000, as somebody.
func steps(asker int64, listeners ...limen.Listener) []limen.Step {
	return Steps(Facts{
		Transport: limen.TCP, Port: 3000, Listeners: listeners, Asker: asker, Line: []int{50, 40, 1},
		Tool: func(within []limen.Keeper) []string {
			if within[0].Kind == limen.Kubernetes {
				return nil
			}
			return []string{"tool", "stop", within[0].Name}
		},
		Command: func(within []limen.Keeper) string { return "tool stop " + within[0].Name },
	})
}

func TestAPlainProcessIsAskedToEnd(t *testing.T) {
	got := steps(me, listener(1, owner(7, "web")), listener(2, owner(7, "web")))
	if len(got) != 1 || got[0].Way != limen.BySignal || got[0].Refused != "" || len(got[0].Endpoints) != 2 {
		t.Fatalf("%+v; want one step for both sockets", got)
	}
	if want := "asks web (pid 7) to end; nothing is known that would start it again"; got[0].Effect != want {
		t.Errorf("%q; want %q", got[0].Effect, want)
	}
}

func TestWorkersEndWithTheirMaster(t *testing.T) {
	got := steps(me, listener(1,
		owner(7, "nginx", as(limen.Master)),
		owner(8, "nginx", as(limen.Worker), below(7, "nginx")),
		owner(9, "nginx", as(limen.Worker), below(7, "nginx")),
		owner(20, "other", as(limen.Peer)),
	))
	if len(got) != 2 || len(got[0].Owners) != 3 || got[0].Owners[0].Process.PID != 7 || len(got[1].Owners) != 1 {
		t.Fatalf("%+v; want the master with two workers, and a step for the other", got)
	}
}

func TestOrphanedWorkersAreToldThemselves(t *testing.T) {
	got := steps(me, listener(1,
		owner(8, "puma", as(limen.Worker), below(7, "puma")),
		owner(9, "puma", as(limen.Worker), below(7, "puma")),
	))
	if len(got) != 2 {
		t.Errorf("%+v; want a step for each", got)
	}
}

func TestAKeeperIsStoppedOnceForAllItKeeps(t *testing.T) {
	unit := limen.Keeper{Kind: limen.Runit, Name: "web"}
	got := steps(me, listener(1, owner(7, "a", keptBy(unit))), listener(2, owner(8, "b", keptBy(unit))))
	if len(got) != 1 || got[0].Way != limen.ByTool || len(got[0].Owners) != 2 || got[0].Command != "tool stop web" {
		t.Fatalf("%+v; want one step of the tool", got)
	}
	container := limen.Keeper{Kind: limen.Docker, Name: "db", Container: &limen.Container{ID: "abc"}}
	got = steps(me, listener(1, owner(7, "postgres", keptBy(container))))
	if len(got) != 1 || got[0].Way != limen.ByContainer {
		t.Errorf("%+v; want the engine asked", got)
	}
}

func TestAWatcherIsStoppedAndNotWhatItKeeps(t *testing.T) {
	got := steps(me, listener(1, owner(8, "node", keptBy(limen.Keeper{Kind: limen.Watcher, Name: "nodemon", PID: 7}), below(7, "nodemon"), below(1, "init"))))
	if len(got) != 1 || got[0].Way != limen.BySignal || got[0].Owners[0].Process.PID != 7 || got[0].Owners[1].Process.PID != 8 {
		t.Errorf("%+v; want the watcher told first", got)
	}
}

func TestASessionIsNoKeeperToStop(t *testing.T) {
	got := steps(me, listener(1, owner(7, "node", keptBy(limen.Keeper{Kind: limen.Tmux, Name: "main", PID: 3}))))
	if len(got) != 1 || got[0].Way != limen.BySignal || got[0].Owners[0].Process.PID != 7 {
		t.Errorf("%+v; want the process told, not tmux", got)
	}
}

func TestWhatMayNotBeStoppedIsRefused(t *testing.T) {
	systemd := keptBy(limen.Keeper{Kind: limen.Systemd, Name: "db.service"})
	for _, c := range []struct {
		name  string
		asker int64
		l     limen.Listener
		why   string
		next  string
	}{
		{"nobody is known", me, listener(1), "nobody is known", "sudo limen free 3000"},
		{"a guess", me, listener(1, owner(7, "web", func(o *limen.Owner) { o.Proof = limen.Candidate })), "was not seen to", "sudo limen free 3000"},
		{"process 1", 0, listener(1, owner(1, "init")), "keeps everything else running", ""},
		{"limen's own shell", me, listener(1, owner(40, "bash")), "limen itself was started by bash", "somewhere else"},
		{"another user's", me, listener(1, owner(7, "db", ofUser(33, "www"))), "runs as user www", "sudo limen free 3000"},
		{"the system's unit", me, listener(1, owner(7, "db", systemd)), "only root may stop systemd db.service", "sudo limen free 3000"},
		{"another user's pm2", 0, listener(1, owner(7, "api", keptBy(limen.Keeper{Kind: limen.PM2, Name: "api"}))), "belongs to the pm2 of user ada", "as user ada: tool stop api"},
		{"no tool for it", 0, listener(1, owner(7, "api", keptBy(limen.Keeper{Kind: limen.Kubernetes, Name: "pod"}))), "would start it again", "tool stop pod"},
	} {
		got := steps(c.asker, c.l)
		if len(got) != 1 || !strings.Contains(got[0].Refused, c.why) || !strings.Contains(got[0].Next, c.next) {
			t.Errorf("%s: %+v; want a refusal with %q, %q", c.name, got, c.why, c.next)
		}
	}
}

func TestWhatLimenItselfDoesHasItsOwnEnd(t *testing.T) {
	for _, c := range []struct {
		asker        int64
		name         string
		why, effects string
	}{
		{me, "daemon", "it is the daemon", ""},
		{0, "daemon", "", "it is the daemon"}, // of somebody else
		{me, "tap", "", "it is a tap"},
		{me, "web", "", "start it again"},
	} {
		l := listener(1, owner(40, c.name))
		got := Steps(Facts{Transport: limen.TCP, Port: 3000, Listeners: []limen.Listener{l}, Asker: c.asker, Own: func(o limen.Owner) limen.Notice {
			return map[string]limen.Notice{"daemon": {What: "it is the daemon", Next: "limen daemon stop"}, "tap": {What: "it is a tap"}}[o.Process.Name]
		}})
		if len(got) != 1 || got[0].Refused != c.why || c.why != "" && got[0].Next != "limen daemon stop" || !strings.HasSuffix(got[0].Effect, c.effects) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestRootMayStopAnybodysProcess(t *testing.T) {
	for _, o := range []limen.Owner{
		owner(7, "db", ofUser(33, "www")),
		owner(7, "db", keptBy(limen.Keeper{Kind: limen.Systemd, Name: "db.service"})),
	} {
		if got := steps(0, listener(1, o)); len(got) != 1 || got[0].Refused != "" {
			t.Errorf("%+v", got)
		}
	}
}

func TestAForgedNameChangesNothing(t *testing.T) {
	got := steps(me, listener(1, owner(7, "nginx) and postgres (1\x1b[2J")))
	if len(got) != 1 || !strings.Contains(got[0].Effect, `"nginx) and postgres (1`) {
		t.Errorf("%+v; want the name in quotes", got)
	}
}

func TestWhatIsProtectedSaysSo(t *testing.T) {
	p := limen.Plan{Port: 3000, Steps: steps(0, listener(1, owner(7, "db", ofUser(33, "www"))))}
	for _, c := range []struct {
		ports []uint16
		users []string
		want  string
	}{
		{[]uint16{22, 3000}, nil, "port 3000 is protected"},
		{nil, []string{"www"}, "programs of user www are protected"},
		{nil, []string{"33"}, "programs of user www are protected"},
		{[]uint16{22}, []string{"ada"}, ""},
	} {
		if got := Protected(p, c.ports, c.users); got == "" != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%v %v: %q; want %q", c.ports, c.users, got, c.want)
		}
	}
}
