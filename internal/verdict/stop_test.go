package verdict

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestRootIsNeverToldToUseSudo(t *testing.T) {
	f := Facts{Transport: limen.TCP, Port: 3000, Binds: taken, Asker: 0,
		Listeners: []limen.Listener{listener("tcp/127.0.0.1:3000", owner(9, "vite"))}}
	if v := Judge(f); v.Next != "kill 9" {
		t.Errorf("root is told %q", v.Next)
	}
}

func TestTheFirstProcessIsNeverToldToBeKilled(t *testing.T) {
	f := Facts{Transport: limen.TCP, Port: 22, Binds: taken,
		Listeners: []limen.Listener{listener("tcp/[::]:22", owner(1, "systemd"))}}
	if v := Judge(f); v.Next != "" {
		t.Errorf("for a port of pid 1 the next move is %q", v.Next)
	}
}

func TestRootIsToldAKeepersCommandWithoutSudo(t *testing.T) {
	kept := owner(9, "nginx")
	kept.Keeper = &limen.Keeper{Kind: limen.Systemd, Name: "nginx.service"}
	f := Facts{Transport: limen.TCP, Port: 80, Binds: taken, Listeners: []limen.Listener{listener("tcp/0.0.0.0:80", kept)},
		Stop: func([]limen.Keeper) string { return "sudo systemctl stop nginx" }}
	for asker, want := range map[int64]string{0: "systemctl stop nginx", 1000: "sudo systemctl stop nginx"} {
		f.Asker = asker
		if v := Judge(f); v.Next != want {
			t.Errorf("user %d is told %q, want %q", asker, v.Next, want)
		}
	}
}

func TestAPersonIsNotGivenAThousandNumbers(t *testing.T) {
	var crowd []limen.Owner
	for i := range mostPIDs + 1 {
		o := owner(100+i, "gunicorn")
		o.Role = limen.Peer
		crowd = append(crowd, o)
	}
	f := Facts{Transport: limen.TCP, Port: 3000, Binds: taken, Listeners: []limen.Listener{listener("tcp/0.0.0.0:3000", crowd...)}}
	if v := Judge(f); v.Next != "" {
		t.Errorf("of %d owners the next move is %q", len(crowd), v.Next)
	}
}
