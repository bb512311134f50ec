package naming

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A rule is a reason for which a listener gets no name.
type rule struct {
	why     string // as it is told, "it …"
	means   string // for the reference: what is meant, or why it is so
	applies func(Facts) bool
	asks    bool // it looks at what the listener speaks, for which that must be asked
}

// rules are asked in this order, and the first that applies is told: whose it
// is, then what a person wants, then where it works, then what it speaks.
var rules = []rule{
	{
		"it takes no connections", "it is not TCP, or holds its port without listening",
		func(f Facts) bool {
			return f.Listener.Endpoint.Transport != limen.TCP || f.Listener.State != limen.Listening
		}, false,
	},
	{
		"it is only within its own network namespace", "limen could not connect to it; what a container publishes has a listener outside",
		func(f Facts) bool {
			n := f.Listener.Namespace
			return n != 0 && f.Namespace != 0 && n != f.Namespace
		}, false,
	},
	{
		"nobody is known to own it", "a name comes from its owner",
		func(f Facts) bool { return len(f.Listener.Owners) == 0 }, false,
	},
	{
		"it is limen itself", "the daemon, which answers for all names",
		func(f Facts) bool { return f.Self.PID != 0 && f.owner().Process.ProcessID == f.Self }, false,
	},
	{
		"it belongs to another user", "a container is nobody's, and counts if its engine answers you",
		func(f Facts) bool { return !f.isBoxed() && f.isOthers() }, false,
	},
	{
		"it is a system service", "systemd or Windows starts it, with no terminal, editor or supervisor between; a unit of your own is none",
		func(f Facts) bool {
			within := f.owner().Within
			return !f.isBoxed() && len(within) > 0 && systems[within[0].Kind]
		}, false,
	},
	{
		"it is ignored by names.ignore", "its project, its directory, its container or its port",
		func(f Facts) bool { return slices.ContainsFunc(f.Ignore, f.matches) }, false,
	},
	{
		"its container has no name that can be seen", "the engine did not answer, or it is a pod of Kubernetes",
		func(f Facts) bool { return f.isBoxed() && f.container() == nil }, false,
	},
	{
		"its directory may not be seen", "",
		func(f Facts) bool {
			p := f.owner().Process
			return !f.isBoxed() && p.Project == nil && p.Directory == ""
		}, false,
	},
	{
		"it works in the home directory", "that is nobody's project, and neither is a repository of dot files",
		func(f Facts) bool {
			p := f.owner().Process
			return !f.isBoxed() && f.Home != "" && f.Home == where(p)
		}, false,
	},
	{
		"its directory belongs to no project", "there is no git repository and no manifest, such as a package.json or a go.mod, there or above",
		func(f Facts) bool { return !f.isBoxed() && f.owner().Process.Project == nil }, false,
	},
	{
		noName, "neither the manifest nor the directory has a letter from a to z, or a digit",
		func(f Facts) bool { return len(identify(f).labels) == 0 }, false,
	},
	{
		"it is a debugger", "whoever reaches it steers the program",
		func(f Facts) bool {
			return f.Service != nil && (debuggers[f.Service.Protocol] || debuggers[f.Service.Product])
		}, true,
	},
	{
		"it does not answer HTTP", "nor anything that is built on it, such as gRPC",
		func(f Facts) bool { return f.Service == nil || !spoken[f.Service.Protocol] }, true,
	},
}

// noName is why there is none even where no rule is asked.
const noName = "its project has no usable name"

// systems are the keepers that make a service one of the system's. Launchd is
// left out: it starts a user's own programs, too, and limen cannot tell yet.
var systems = map[limen.KeeperKind]bool{limen.Systemd: true, limen.SystemdSocket: true, limen.WinService: true}

// debuggers are the protocols, or the products, that steer a program.
var debuggers = map[string]bool{"devtools": true, "jdwp": true, "dap": true, "delve": true, "debugpy": true}

// spoken are HTTP and what is an HTTP server of another name. Left out are
// proxies, which answer for other hosts than their own, and what belongs to
// the system or to a device: docker, kubernetes, kubelet, ipp, dial,
// chromecast, airplay.
var spoken = map[string]bool{
	"http": true, "grpc": true, "graphql": true, "openapi": true, "openai-api": true, "mcp": true, "s3": true,
	"matrix": true, "caldav": true, "carddav": true, "webdriver": true, "clickhouse": true,
}

// refuse returns the reason of the first rule that applies.
func refuse(f Facts, among []rule) string {
	for _, r := range among {
		if r.applies(f) {
			return r.why
		}
	}
	return ""
}

// beforehand are the rules that do not look at what is spoken.
func beforehand() []rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return r.asks })
}

// owner is who answers for the listener: masters stand before their workers.
func (f Facts) owner() limen.Owner {
	if len(f.Listener.Owners) == 0 {
		return limen.Owner{}
	}
	return f.Listener.Owners[0]
}

// isOthers reports whether the socket or its owner is another user's. What is
// not known is nobody's.
func (f Facts) isOthers() bool {
	for _, u := range []*limen.User{f.Listener.User, f.owner().Process.User} {
		if u != nil && u.UID >= 0 && f.Me >= 0 && u.UID != f.Me {
			return true
		}
	}
	return false
}

// isBoxed reports whether the owner runs in a container, or carries
// connections into one. Its directory then is none of this machine.
func (f Facts) isBoxed() bool { return f.box() != nil }

// box is the nearest container that limen is not in itself.
func (f Facts) box() *limen.Keeper {
	within := f.owner().Within
	if k := f.owner().Keeper; k != nil {
		within = append([]limen.Keeper{*k}, within...)
	}
	for i, k := range within {
		isShared := slices.ContainsFunc(f.Within, func(own limen.Keeper) bool { return own.Kind == k.Kind && own.Name == k.Name })
		if (k.Container != nil || boxes[k.Kind]) && !isShared {
			return &within[i]
		}
	}
	return nil
}

// boxes are the keepers that are containers, also where nothing more is known.
var boxes = map[limen.KeeperKind]bool{limen.Docker: true, limen.Podman: true, limen.Containerd: true, limen.Kubernetes: true, limen.LXC: true}

// container is the nearest container, if its engine has said what it is called.
// Nil means that there is none, or that only its number is known.
func (f Facts) container() *limen.Keeper {
	k := f.box()
	if k == nil || k.Container == nil || k.Kind == limen.Kubernetes {
		return nil
	}
	if c := k.Container; c.Service == "" && strings.HasPrefix(c.ID, k.Name) {
		return nil
	}
	return k
}

// where is the directory that a process counts to: its project's, else its own.
func where(p limen.Process) string {
	if p.Project != nil {
		return filepath.Clean(p.Project.Root)
	}
	return filepath.Clean(p.Directory)
}
