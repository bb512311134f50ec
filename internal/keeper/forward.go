package keeper

import (
	"context"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"

	"github.com/limenhq/limen"
)

// forwarding finds the container behind a process that only carries a
// published port into it. What such a process is called proves nothing: the
// engine has to say that a container publishes what the process holds.
var forwarding = detector{
	name:  "a program that forwards to containers, and the engine's word for it",
	kinds: []limen.KeeperKind{limen.Docker, limen.Podman},
	find: func(ctx context.Context, q *inquiry) ([]found, []limen.Gap) {
		file := q.Process.Executable
		if file == "" && len(q.Process.Command) > 0 {
			file = q.Process.Command[0]
		}
		for _, fw := range forwarders {
			if fw.name == path.Base(file) && q.Socket.Addr.IsValid() {
				q.particular = true
				return q.forwarded(ctx, fw)
			}
		}
		return nil, nil
	},
}

// A forwarder is a program that holds ports for containers.
type forwarder struct {
	name  string
	kinds []limen.KeeperKind // of the engines that use it
	only  bool               // it holds ports for nothing else
}

var forwarders = []forwarder{
	{"docker-proxy", []limen.KeeperKind{limen.Docker}, true},
	{"dockerd", []limen.KeeperKind{limen.Docker}, false},            // without docker-proxy it holds them itself
	{"com.docker.backend", []limen.KeeperKind{limen.Docker}, false}, // Docker Desktop
	{"rootlesskit", []limen.KeeperKind{limen.Docker}, false},
	{"rootlessport", []limen.KeeperKind{limen.Podman}, true},
	{"conmon", []limen.KeeperKind{limen.Podman}, false},
	{"pasta", []limen.KeeperKind{limen.Podman}, false},
	{"pasta.avx2", []limen.KeeperKind{limen.Podman}, false},
	{"slirp4netns", []limen.KeeperKind{limen.Docker, limen.Podman}, false},
}

// forwarded finds the container that publishes what the process holds.
func (q *inquiry) forwarded(ctx context.Context, fw forwarder) (all []found, gaps []limen.Gap) {
	to, known := parseForward(q.Process.Command)
	who := fmt.Sprintf("%s %d", fw.name, q.Process.PID)
	what := fmt.Sprintf("which container %s forwards %s to", who, q.Socket)
	if !fw.only {
		what = fmt.Sprintf("whether %s holds %s for a container", who, q.Socket)
	}
	var missed []limen.Gap
	for _, kind := range fw.kinds {
		list, silent := q.finder.list(ctx, kind, q.runsAs())
		if silent != nil && (fw.only || !silent.absent) {
			missed = append(missed, silent.gap(what))
		}
		for _, c := range list {
			k := c.keeper(kind)
			switch {
			case slices.ContainsFunc(c.Ports, func(p port) bool { return p.holds(q.Socket) }):
				k.Evidence = fmt.Sprintf("%s says that this container publishes %s, which %s holds", kind, q.Socket, who)
			case known && to.isFor(q.Socket) && c.has(to.container.Addr()):
				k.Evidence = fmt.Sprintf("%s says that it forwards to %s, and %s that this is the container's address", who, to.container, kind)
			default:
				continue
			}
			return []found{{k, 0}}, nil
		}
	}
	if len(missed) > 0 || !fw.only { // else it holds the port for itself, as far as one can see
		return nil, missed
	}
	return nil, []limen.Gap{{What: what, Why: "no container that the engine lists publishes it", Next: fmt.Sprintf("%s ps -a", fw.kinds[0])}}
}

// runsAs returns whose engines the process can belong to.
func (q *inquiry) runsAs() manager {
	if u := q.Process.User; u != nil && u.UID > 0 {
		return manager{user: true, uid: u.UID}
	}
	return manager{}
}

// A forward is what docker-proxy was told to do.
type forward struct {
	transport       limen.Transport
	host, container netip.AddrPort
}

// isFor reports whether e is what the forward was told to hold.
func (w forward) isFor(e limen.Endpoint) bool {
	return w.transport == e.Transport && w.host.Port() == e.Port() && w.host.Addr().Unmap() == e.Address().Unmap()
}

// parseForward reads the arguments of docker-proxy (moby, cmd/docker-proxy),
// which follow it in pairs.
func parseForward(args []string) (w forward, ok bool) {
	given := map[string]string{}
	for i := 1; i < len(args) && i < 64; i++ {
		for _, flag := range []string{"-proto", "-host-ip", "-host-port", "-container-ip", "-container-port"} {
			if (args[i] == flag || args[i] == "-"+flag) && i+1 < len(args) {
				given[flag] = args[i+1]
			}
		}
	}
	t, err := limen.ParseTransport(given["-proto"])
	if err != nil {
		return w, false
	}
	host, ok := addrPort(given["-host-ip"], given["-host-port"])
	if !ok {
		return w, false
	}
	container, ok := addrPort(given["-container-ip"], given["-container-port"])
	return forward{t, host, container}, ok
}

func addrPort(ip, port string) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.AddrPort{}, false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return netip.AddrPortFrom(a, uint16(n)), err == nil && n > 0
}
