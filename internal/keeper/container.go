package keeper

import (
	"strings"

	"github.com/limenhq/limen"
)

// A mark is how an engine names a container's control group.
type mark struct {
	kind          limen.KeeperKind
	parent        string // the directory it is in; empty for any
	before, after string // what stands around the container's ID
	named         bool   // the container has a name there, and no ID
}

// marks are tried in order. Each engine has two drivers: one asks systemd for
// a scope, the other makes directories itself (cgroupfs).
var marks = []mark{
	{kind: limen.Docker, before: "docker-", after: ".scope"},
	{kind: limen.Docker, parent: "docker"},

	{kind: limen.Podman, before: "libpod-conmon-", after: ".scope"}, // the container's monitor, which holds its ports
	{kind: limen.Podman, before: "libpod-conmon-"},
	{kind: limen.Podman, before: "libpod-payload-"}, // --cgroups=split
	{kind: limen.Podman, before: "libpod-", after: ".scope"},
	{kind: limen.Podman, before: "libpod-"},

	{kind: limen.Kubernetes, before: "crio-conmon-", after: ".scope"},
	{kind: limen.Kubernetes, before: "crio-", after: ".scope"},
	{kind: limen.Kubernetes, before: "crio-"},

	{kind: limen.Containerd, before: "cri-containerd-", after: ".scope"},
	{kind: limen.Containerd, before: "nerdctl-", after: ".scope"},
	{kind: limen.Containerd, parent: "default"}, // containerd's namespace: ctr's and nerdctl's default
	{kind: limen.Containerd, parent: "k8s.io"},  // the one of Kubernetes

	{kind: limen.LXC, before: "lxc.payload.", named: true}, // LXC 4, LXD and Incus
	{kind: limen.LXC, before: "lxc.monitor.", named: true},
	{kind: limen.LXC, parent: "lxc.payload", named: true}, // LXC 3
	{kind: limen.LXC, parent: "lxc.monitor", named: true},
	{kind: limen.LXC, parent: "lxc", named: true}, // LXC 1 and 2
}

// containerAt returns the container whose control group is called name. In a
// pod of Kubernetes the pod is what is kept, whatever engine runs it.
func containerAt(name, parent, pod string) (step, bool) {
	for _, m := range marks {
		id, ok := instance(name, m.before, m.after)
		switch {
		case !ok, m.parent != "" && m.parent != parent, !m.named && !isID(id):
			continue
		case m.named:
			return step{kind: m.kind, name: id, id: id}, true
		case pod != "":
			return step{kind: limen.Kubernetes, name: pod, id: id}, true
		}
		return step{kind: m.kind, name: short(id), id: id}, true
	}
	switch {
	case !isID(name):
		return step{}, false
	case pod != "":
		return step{kind: limen.Kubernetes, name: pod, id: name}, true
	}
	return step{name: short(name), id: name}, true // under a parent of the administrator's choice
}

// isID reports whether s is a container's full ID: 256 bits, in lower case
// hexadecimal.
func isID(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// short returns the part of an ID that engines show and accept.
func short(id string) string { return id[:min(12, len(id))] }

// podOf returns the UID of the pod whose control group is called name:
// kubepods-burstable-podUID.slice with systemd's driver, where dashes of the
// UID are written as underscores, else podUID in kubepods or in a class of it
// (kubelet's pkg/kubelet/cm/cgroup_manager_linux.go).
func podOf(name, parent string) (string, bool) {
	slice, isSlice := strings.CutSuffix(name, ".slice")
	var uid string
	var ok bool
	switch {
	case isSlice:
		if !strings.Contains(slice, "kubepods-") {
			return "", false
		}
		_, uid, ok = lastCut(slice, "-pod")
		uid = strings.ReplaceAll(uid, "_", "-")
	case parent == "kubepods" || parent == "burstable" || parent == "besteffort":
		uid, ok = strings.CutPrefix(name, "pod")
	}
	// A UID is a UUID, or for a pod from a file on the node, an MD5 sum.
	return uid, ok && (len(uid) == 36 || len(uid) == 32) && strings.Trim(uid, "0123456789abcdef-") == ""
}
