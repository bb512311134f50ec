package process

import "strings"

// parseCgroup reads /proc/PID/cgroup, whose lines are ID:controllers:path
// (cgroups(7)). The unified hierarchy has ID 0. Where it is there but not in
// use, systemd sorts processes in a hierarchy of its own, name=systemd. A path
// holds no newline (cgroup_mkdir refuses it), but may hold colons.
func parseCgroup(b []byte) string {
	var unified, systemd string
	for line := range strings.Lines(string(b)) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		controllers, path, ok := strings.Cut(rest, ":")
		switch {
		case !ok:
		case id == "0" && controllers == "":
			unified = path
		case controllers == "name=systemd":
			systemd = path
		}
	}
	if (unified == "" || unified == "/") && systemd != "" {
		return systemd
	}
	return unified
}
