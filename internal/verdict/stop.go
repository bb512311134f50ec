package verdict

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// personal are the kinds of keepers whose tool speaks to the manager of
// whoever calls it.
var personal = map[limen.KeeperKind]bool{limen.SystemdUser: true, limen.PM2: true}

// signalled are the kinds of keepers that are stopped by a signal, as they have
// no tool.
var signalled = map[limen.KeeperKind]bool{limen.Watcher: true, limen.Foreman: true}

// mostPIDs is how many processes a person is told to stop by their numbers.
const mostPIDs = 8

// stop says how to stop those who hold a socket: through the first keeper that
// would start them again, else by a signal to each but the workers, which end
// with their master. A candidate is never told to be stopped so.
func stop(f Facts, l limen.Listener) string {
	var pids []string
	others := false
	for _, o := range l.Owners {
		if o.Role == limen.Worker {
			continue
		}
		if s := stopKeeper(f, o); s != "" {
			return s
		}
		switch {
		case o.Proof != limen.Proved:
			return askRoot(f)
		case o.Process.PID <= systems[f.System].first: // the system's, or the whole container's
			return ""
		}
		pids = append(pids, strconv.Itoa(o.Process.PID))
		others = others || isOthers(f, o)
	}
	if len(pids) == 0 || len(pids) > mostPIDs {
		return ""
	}
	command := systems[f.System].endAll(pids)
	if others {
		return asRoot(f, command)
	}
	return command
}

// stopKeeper says how to stop what keeps an owner, where it would start it
// again and there is a command for it.
func stopKeeper(f Facts, o limen.Owner) string {
	if o.Keeper == nil || !o.Keeper.Kind.Restarts() || f.Stop == nil {
		return ""
	}
	s := f.Stop(o.Within)
	if f.Asker == 0 {
		s = strings.TrimPrefix(s, "sudo ")
	}
	switch {
	case s == "" || !isOthers(f, o):
	case personal[o.Keeper.Kind]:
		s = fmt.Sprintf("as user %s: %s", limen.Unmistakable(o.Process.User.String()), s)
	case signalled[o.Keeper.Kind]:
		s = asRoot(f, s)
	}
	if o.Keeper.Kind == limen.WinService && s != "" {
		s = asRoot(f, s) // whoever runs the service
	}
	return s
}

// isOthers reports whether an owner runs as another user than the one who asks.
// Windows numbers no users; there only one's own processes show theirs, to
// anyone but administrators.
func isOthers(f Facts, o limen.Owner) bool {
	if f.System == Windows {
		return o.Process.User == nil
	}
	return o.Process.User != nil && o.Process.User.UID != f.Asker
}

// asRoot is a command as it takes more rights than usual, which root has.
func asRoot(f Facts, command string) string {
	if f.Asker == 0 {
		return command
	}
	return systems[f.System].elevated + command
}

// askRoot is the way to see more than this user may. Root has none.
func askRoot(f Facts) string {
	if f.Asker == 0 {
		return ""
	}
	question := fmt.Sprintf("limen why %d", f.Port)
	if f.Transport == limen.UDP {
		question += "/udp"
	}
	return asRoot(f, question)
}
