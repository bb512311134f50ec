package view

import (
	"github.com/limenhq/limen"
)

// keeperWords say what a keeper is: in a cell, before its name; and in a
// sentence. Kinds that are not here are called by their own word, so that an
// older view shows what a newer limen sends.
var keeperWords = map[limen.KeeperKind]struct{ cell, sentence string }{
	limen.Systemd:       {"", "systemd unit"}, // units carry their kind at the end of their name
	limen.SystemdUser:   {"", "systemd user unit"},
	limen.SystemdSocket: {"", "systemd socket unit"},
	limen.Docker:        {"docker", "Docker container"},
	limen.Podman:        {"podman", "Podman container"},
	limen.Containerd:    {"containerd", "containerd container"},
	limen.Kubernetes:    {"kubernetes", "Kubernetes container"},
	limen.LXC:           {"lxc", "LXC container"},
	limen.PM2:           {"pm2", "pm2 app"},
	limen.Supervisord:   {"supervisord", "supervisord program"},
	limen.Runit:         {"runit", "runit service"},
	limen.S6:            {"s6", "s6 service"},
	limen.Watcher:       {"", "the watcher"}, // its name is the program's: nodemon, air
	limen.Foreman:       {"", "the process manager"},
	limen.Launchd:       {"launchd", "launchd job"},
	limen.WinService:    {"service", "Windows service"},
	limen.Cron:          {"", ""},
	limen.Tmux:          {"tmux", "tmux session"},
	limen.Screen:        {"screen", "screen session"},
	limen.SSH:           {"ssh", "ssh session"},
	limen.IDE:           {"", ""},
	limen.Terminal:      {"", ""}, // already "zsh on pts/3"
}

// keeperCell names each keeper of the leading owners, as in "docker db".
func keeperCell(r row, _ form) string {
	var names []string
	for _, o := range leads(r.owners) {
		if o.Keeper != nil {
			names = addOnce(names, keeperName(*o.Keeper))
		}
	}
	return inWords(names)
}

func keeperName(k limen.Keeper) string {
	words, known := keeperWords[k.Kind]
	if !known {
		words.cell = string(k.Kind)
	}
	return join2(words.cell, limen.Unmistakable(k.Name))
}

// keeperInWords names a keeper in a sentence, with what is known of it.
func keeperInWords(k limen.Keeper) string {
	words, known := keeperWords[k.Kind]
	if !known {
		words.sentence = string(k.Kind)
	}
	s := join2(words.sentence, limen.Unmistakable(k.Name))
	if c := k.Container; c != nil {
		if c.Image != "" {
			s += ", image " + limen.Unmistakable(c.Image)
		}
		if c.Project != "" || c.Service != "" {
			s += ", compose " + limen.Unmistakable(c.Project) + "/" + limen.Unmistakable(c.Service)
		}
	}
	if k.Kind.Restarts() {
		return s + ", which would start it again"
	}
	return s + ", which keeps nothing running"
}

// join2 joins two words, of which the first can be missing.
func join2(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
