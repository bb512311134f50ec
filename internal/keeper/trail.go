package keeper

import (
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// A trail is what the path of a control group says: the units and containers
// that it leads through.
type trail struct {
	steps   []step
	manager manager          // whose tree the path ends in
	init    bool             // the path ends at that manager's own processes
	inside  *limen.Container // the innermost container; nil outside of all
}

// A step is a unit or a container on the trail.
type step struct {
	kind    limen.KeeperKind // empty for a container of an engine that the path does not tell
	name    string           // of the unit, container or pod
	id      string           // of the container; empty for a unit
	manager manager          // in whose tree it is
	inside  *limen.Container // the container around it, which has managers and engines of its own
}

// A manager is an instance of systemd: that of a user, or of the system. The
// control groups below a user's manager are that user's to make and name, so
// an engine found there is one that the user runs.
type manager struct {
	user bool
	uid  int64 // whose it is, if it is a user's
}

// mostPath is how much of a path is looked at: all of it, if the kernel wrote
// it (PATH_MAX of include/uapi/linux/limits.h).
const mostPath = 4096

// readTrail reads the path of a control group, from the outermost in. How
// systemd lays the tree out is said in systemd.slice(5) and
// https://systemd.io/CGROUP_DELEGATION: slices nest, and hold services and
// scopes, in which those who got them delegated may name groups as they like.
// So only the first name after the slices is a unit's, unless a user's manager
// or a container's first process, which may be a manager, begins anew.
func readTrail(path string) trail {
	var t trail
	if len(path) > mostPath {
		return t
	}
	managed := true // the next name is a manager's choice
	var pod, parent string
	for _, name := range strings.Split(path, "/") {
		unit := strings.TrimPrefix(name, "_") // systemd's escape for names the kernel may want, cg_escape in cgroup-util.c
		slice, unit := colons(unit)
		if p, ok := podOf(slice, parent); ok {
			pod = p
		}
		switch s, isContainer := containerAt(unit, parent, pod); {
		case name == "", name == "..", strings.HasSuffix(unit, ".slice"):
		case isContainer:
			s.manager, s.inside = t.manager, t.inside
			t.steps = append(t.steps, s)
			t.enter(s.id)
			managed, pod = true, ""
		case !managed, t.inside != nil && (unit == "payload" || unit == "container"):
			// Below a unit, or what nspawn and podman put around a first process.
		case unit == "init.scope":
			t.init, managed = true, false
		default:
			managed = t.unit(unit)
		}
		parent = unit
	}
	return t
}

// unit takes a step to a unit that a manager named, and reports whether
// another manager begins there.
func (t *trail) unit(name string) (managed bool) {
	if uid, ok := instance(name, "user@", ".service"); ok {
		if n, err := strconv.ParseUint(uid, 10, 32); err == nil {
			t.manager = manager{true, int64(n)}
			return true // the user's manager is the ground, and keeps nothing itself
		}
	}
	if machine, ok := instance(name, "machine-", ".scope"); ok {
		t.enter(machine) // registered with systemd-machined by whoever started it
		return true
	}
	if !isService(name) {
		return false // a scope is a group of what others started; nothing starts it again, systemd.scope(5)
	}
	t.steps = append(t.steps, step{kind: t.manager.kind(), name: name, manager: t.manager, inside: t.inside})
	if machine, ok := instance(name, "systemd-nspawn@", ".service"); ok {
		t.enter(machine)
		return true
	}
	return false
}

// enter goes on inside a container.
func (t *trail) enter(id string) {
	t.inside = &limen.Container{ID: id}
	t.manager = manager{}
}

func (m manager) kind() limen.KeeperKind {
	if m.user {
		return limen.SystemdUser
	}
	return limen.Systemd
}

// instance returns what stands between before and after in name.
func instance(name, before, after string) (string, bool) {
	s, ok := strings.CutPrefix(name, before)
	if !ok {
		return "", false
	}
	s, ok = strings.CutSuffix(s, after)
	return s, ok && s != ""
}

// isService reports whether name is a valid name of a service unit
// (systemd.unit(5), DESCRIPTION).
func isService(name string) bool {
	const most = 255 // UNIT_NAME_MAX without the end, unit-name.h
	stem, ok := strings.CutSuffix(name, ".service")
	return ok && stem != "" && len(name) <= most && strings.IndexFunc(stem, notInUnit) < 0
}

func notInUnit(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`:-_.\@`, r))
}

// colons takes SLICE:PREFIX:ID apart, which is meant for runc's systemd driver,
// and becomes a directory of that name if the other driver gets it. Any other
// name is both slice and unit.
func colons(name string) (slice, unit string) {
	parts := strings.Split(name, ":")
	if len(parts) != 3 || !strings.HasSuffix(parts[0], ".slice") || !isID(parts[2]) {
		return name, name
	}
	return parts[0], parts[1] + "-" + parts[2] + ".scope"
}
