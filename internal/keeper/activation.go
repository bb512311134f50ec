package keeper

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// activation finds the socket unit behind a socket that systemd itself made,
// and holds or has handed to a service. The kernel remembers in which control
// group a socket was made; only a manager's own processes are in init.scope
// (systemd.special(7)).
var activation = detector{
	name:  "a socket made by systemd",
	kinds: []limen.KeeperKind{limen.SystemdSocket, limen.Systemd, limen.SystemdUser},
	find: func(_ context.Context, q *inquiry) ([]found, []limen.Gap) {
		m, evidence, ok := q.activator()
		if !ok || !q.Socket.Addr.IsValid() {
			return nil, nil
		}
		q.particular = true
		var fit []socketUnit
		for _, u := range q.finder.socketUnits(m) {
			if u.holds(q.Socket) {
				fit = append(fit, u)
			}
		}
		// Of several that could, the one whose service runs is the one.
		if i := slices.IndexFunc(fit, q.runs); i >= 0 {
			fit = fit[i : i+1]
		}
		if len(fit) != 1 {
			return nil, []limen.Gap{ambiguous(q.Socket, m, fit)}
		}
		u := fit[0]
		evidence += fmt.Sprintf(", and %s listens at %s", u.name, q.Socket)
		outside := len(q.line)
		all := []found{{limen.Keeper{Kind: limen.SystemdSocket, Name: u.name, File: u.file, Evidence: evidence}, outside}}
		// The control group finds a service that runs; one that takes a
		// connection each has no name before there is one.
		if !u.accept && !q.runs(u) {
			service := limen.Keeper{
				Kind: m.kind(), Name: u.starts(), File: q.finder.unitFile(u.starts(), m),
				Evidence: u.name + " starts it",
			}
			all = append(all, found{service, outside + 1})
		}
		return all, nil
	},
}

// activator returns the manager that made the socket, and what says so.
func (q *inquiry) activator() (m manager, evidence string, ok bool) {
	switch {
	case q.made.init && q.made.inside == nil:
		return q.made.manager, "the socket was made in control group " + q.SocketCgroup, true
	case q.own.init && q.own.inside == nil:
		return q.own.manager, "control group " + q.Cgroup, true
	case q.Process.PID == 1 && q.Process.Name == "systemd" && q.Cgroup == "":
		return manager{}, "process 1 holds the socket", true
	}
	return manager{}, "", false
}

// runs reports whether the process runs in the service that u starts.
func (q *inquiry) runs(u socketUnit) bool {
	return slices.ContainsFunc(q.own.steps, func(s step) bool {
		return s.inside == nil && (s.name == u.starts() || template(s.name) == u.starts())
	})
}

// ambiguous is the gap of a socket of systemd's that no unit, or more than one
// unit, accounts for.
func ambiguous(e limen.Endpoint, m manager, fit []socketUnit) limen.Gap {
	g := limen.Gap{
		What: fmt.Sprintf("which socket unit of systemd holds %s", e),
		Why:  "no unit file that can be read names it",
		Next: "systemctl list-sockets",
	}
	if m.user {
		g.Next = "systemctl --user list-sockets"
	}
	if len(fit) > 0 {
		var names []string
		for _, u := range fit {
			names = append(names, u.name)
		}
		g.Why = "more than one names it: " + strings.Join(names, ", ")
	}
	return g
}
