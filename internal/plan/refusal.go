package plan

import (
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// A refusal says why limen does not take a step, and what to do instead;
// nothing if it has no objection.
type refusal func(f Facts, s limen.Step, o limen.Owner) (why, next string)

// refusals are all refusals; the first that objects counts.
var refusals = []refusal{guessed, vital, own, ourselves, unstoppable, foreign, othersUnit}

// guessed refuses to stop whoever only may hold the port.
func guessed(f Facts, _ limen.Step, o limen.Owner) (why, next string) {
	if o.Proof == limen.Proved {
		return "", ""
	}
	return fmt.Sprintf("%s (pid %d) may hold it, and was not seen to", limen.Unmistakable(o.Process.Name), o.Process.PID), asRoot(f)
}

// vital refuses to stop what keeps the system, or a container, running.
func vital(_ Facts, s limen.Step, o limen.Owner) (why, next string) {
	if s.Way == limen.BySignal && first(s, o).Process.PID <= 1 {
		return "process 1 keeps everything else running", ""
	}
	return "", ""
}

// own refuses to stop what limen itself does for whoever asks, and what has an end
// of its own.
func own(f Facts, _ limen.Step, o limen.Owner) (why, next string) {
	user, n := o.Process.User, f.own(o)
	if n.Next == "" || f.Asker >= 0 && user != nil && user.UID != f.Asker {
		return "", ""
	}
	return n.What, n.Next
}

// ourselves refuses to stop what limen runs in.
func ourselves(f Facts, s limen.Step, o limen.Owner) (why, next string) {
	for _, one := range append(slices.Clone(s.Owners), o) {
		if slices.Contains(f.Line, one.Process.PID) {
			return fmt.Sprintf("limen itself was started by %s (pid %d), and would end with it", limen.Unmistakable(one.Process.Name), one.Process.PID),
				"run limen from somewhere else"
		}
	}
	return "", ""
}

// unstoppable refuses to stop a process that something would start again, which
// limen cannot stop.
func unstoppable(_ Facts, s limen.Step, o limen.Owner) (why, next string) {
	if s.Way != limen.NoWay || o.Keeper == nil {
		return "", ""
	}
	return fmt.Sprintf("%s %s would start it again, and limen has no way to stop that", o.Keeper.Kind, limen.Unmistakable(o.Keeper.Name)), s.Command
}

// foreign refuses to send a signal to somebody else's process.
func foreign(f Facts, s limen.Step, o limen.Owner) (why, next string) {
	user := first(s, o).Process.User
	if s.Way != limen.BySignal || f.Asker <= 0 || user == nil || user.UID == f.Asker {
		return "", ""
	}
	return fmt.Sprintf("it runs as user %s, and only that user and root may end it", limen.Unmistakable(user.String())), asRoot(f)
}

// personal are the keepers whose tool speaks to the manager of whoever runs it.
var personal = map[limen.KeeperKind]bool{limen.SystemdUser: true, limen.PM2: true}

// othersUnit refuses to use a tool that would speak to another manager than
// the one that is meant, or that takes root.
func othersUnit(f Facts, s limen.Step, o limen.Owner) (why, next string) {
	if s.Way != limen.ByTool || f.Asker < 0 {
		return "", ""
	}
	k, user := o.Keeper, o.Process.User
	switch {
	case personal[k.Kind] && user != nil && user.UID != f.Asker:
		return fmt.Sprintf("it belongs to the %s of user %s, which only that user's own tool reaches", k.Kind, limen.Unmistakable(user.String())),
			fmt.Sprintf("as user %s: %s", limen.Unmistakable(user.String()), s.Command)
	case !personal[k.Kind] && f.Asker != 0 && (user == nil || user.UID != f.Asker || k.Kind == limen.Systemd || k.Kind == limen.SystemdSocket):
		return fmt.Sprintf("only root may stop %s %s", k.Kind, limen.Unmistakable(k.Name)), asRoot(f)
	}
	return "", ""
}

// first is whoever a step tells to end.
func first(s limen.Step, o limen.Owner) limen.Owner {
	if len(s.Owners) > 0 {
		return s.Owners[0]
	}
	return o
}

// Protected says why a port must be typed once more before anything on it is
// stopped, because of the ports and users that somebody wants protected;
// nothing if it need not be.
func Protected(p limen.Plan, ports []uint16, users []string) string {
	if slices.Contains(ports, p.Port) {
		return fmt.Sprintf("port %d is protected by the settings (free.ports)", p.Port)
	}
	for _, s := range p.Steps {
		for _, o := range s.Owners {
			if u := o.Process.User; u != nil && (slices.Contains(users, u.Name) || slices.Contains(users, fmt.Sprint(u.UID))) {
				return fmt.Sprintf("programs of user %s are protected by the settings (free.users)", limen.Unmistakable(u.String()))
			}
		}
	}
	return ""
}
