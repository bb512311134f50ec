package keeper

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/limenhq/limen"
)

// Stop returns the command that a person would type to stop what k keeps, or
// an empty string if there is none, or none that is safe to paste: names are
// foreign. It is advice, to be shown and never to be run.
func Stop(k limen.Keeper) string {
	how, ok := stops[k.Kind]
	if !ok {
		return ""
	}
	command, name := how(k)
	word, ok := quote(name)
	if command == "" || !ok {
		return ""
	}
	return command + word
}

// Next returns the command that stops what runs within these keepers. It is
// Stop of the nearest, but a socket unit is stopped together with the service
// that has its socket by now, and of services that share a process none is
// stopped.
func Next(within []limen.Keeper) string {
	k := Nearest(within)
	if k == nil || isOneOfMany(*k, within) {
		return ""
	}
	command := Stop(*k)
	if command == "" || k.Kind != limen.SystemdSocket {
		return command
	}
	for _, other := range within {
		if other.Kind == serviceKind(*k) {
			if word, ok := quote(strings.TrimSuffix(other.Name, ".service") + ".service"); ok {
				return command + " " + word
			}
		}
	}
	return command
}

// stops says how each kind is told to stop something: the command, and the
// name that it ends with. Left out are the kinds whose tools limen cannot tell
// (containerd), those where it takes more than one name (kubernetes), and
// sessions, in which nothing starts again: to stop the process is enough.
var stops = map[limen.KeeperKind]func(limen.Keeper) (command, name string){
	limen.Systemd:       stopUnit,
	limen.SystemdUser:   stopUnit,
	limen.SystemdSocket: stopUnit,
	limen.Docker:        func(k limen.Keeper) (string, string) { return "docker stop ", k.Name },
	limen.Podman:        func(k limen.Keeper) (string, string) { return "podman stop ", k.Name },
	limen.LXC:           func(k limen.Keeper) (string, string) { return stopLXC(k), k.Name },
	limen.PM2:           func(k limen.Keeper) (string, string) { return "pm2 stop ", own(k) },
	limen.Supervisord:   func(k limen.Keeper) (string, string) { return stopSupervised(k), own(k) },
	limen.Runit: func(k limen.Keeper) (string, string) {
		if k.File != "" {
			return "sv down ", k.File
		}
		return "sv down ", k.Name // which sv looks for where it was told to
	},
	limen.S6:         func(k limen.Keeper) (string, string) { return "s6-svc -d ", k.File }, // looks nowhere by itself
	limen.WinService: stopService,
	limen.Watcher:    stopProcess,
	limen.Foreman:    stopProcess,
}

// stopUnit stops a unit of this machine's or this user's manager. One inside a
// container is another manager's.
func stopUnit(k limen.Keeper) (command, name string) {
	switch {
	case k.Container != nil:
		return "", ""
	case k.Kind == limen.SystemdUser, serviceKind(k) == limen.SystemdUser:
		return "systemctl --user stop ", strings.TrimSuffix(k.Name, ".service")
	}
	return "sudo systemctl stop ", strings.TrimSuffix(k.Name, ".service")
}

// stopService stops a service of Windows, whose two shells quote unlike each
// other and unlike all the rest: a name that needs it gets no command.
func stopService(k limen.Keeper) (command, name string) {
	if word, ok := quote(k.Name); !ok || word != k.Name {
		return "", ""
	}
	return "net stop ", k.Name
}

// serviceKind returns the kind of the services that a socket unit starts:
// where its file is tells whose it is.
func serviceKind(socket limen.Keeper) limen.KeeperKind {
	if socket.Kind == limen.SystemdSocket && strings.Contains(socket.File, "/systemd/user") {
		return limen.SystemdUser
	}
	return limen.Systemd
}

// stopSupervised speaks to the supervisor that is meant, where its file is
// known and needs no quotes: without it supervisorctl looks in usual places.
func stopSupervised(k limen.Keeper) string {
	if word, ok := quote(k.File); ok && word == k.File {
		return "supervisorctl -c " + word + " stop "
	}
	return "supervisorctl stop "
}

// stopProcess ends a keeper that has no tool of its own.
func stopProcess(k limen.Keeper) (command, name string) {
	if k.PID <= 1 {
		return "", ""
	}
	return "kill ", fmt.Sprint(k.PID)
}

// own returns a keeper's name, empty if it is only its kind because the name
// could not be found.
func own(k limen.Keeper) string {
	if k.Name == string(k.Kind) {
		return ""
	}
	return k.Name
}

// quote returns name as one word of a shell's command line. It refuses what
// could be taken for a flag, and what sh, fish and csh do not read alike
// between single quotes: a quote, a backslash before one or before another
// (fish), an exclamation mark (csh), and whatever is not seen as what it is.
func quote(name string) (word string, ok bool) {
	const most = 255
	if name == "" || len(name) > most || strings.HasPrefix(name, "-") ||
		strings.ContainsAny(name, "'!\ufffd") || strings.Contains(name, `\\`) || strings.HasSuffix(name, `\`) ||
		strings.TrimSpace(name) != name {
		return "", false
	}
	plain := true
	for _, r := range name {
		letter := (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
		if !letter && (r < ' ' || r > '~') {
			return "", false
		}
		plain = plain && (letter || strings.ContainsRune("@:,./_-", r))
	}
	if plain {
		return name, true
	}
	return "'" + name + "'", true
}
