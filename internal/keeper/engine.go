package keeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// An engine is a keeper of containers that answers questions over a socket in
// the file system, in the words of Docker's API, which Podman speaks too.
type engine struct {
	kind   limen.KeeperKind
	system []string // its sockets, in the words of Finder.place
	user   []string // those of an engine that a user runs
	start  string   // what makes it answer
}

// engines are asked in this order. Containerd and CRI-O speak gRPC, which
// would take a library larger than limen; what their control groups say has to
// do.
var engines = []engine{
	{
		kind:   limen.Docker,
		system: []string{"/run/docker.sock", "/var/run/docker.sock"},
		user:   []string{"$/docker.sock", "~/.docker/run/docker.sock", "~/.docker/desktop/docker.sock"},
		start:  "docker ps",
	},
	{
		kind:   limen.Podman,
		system: []string{"/run/podman/podman.sock"},
		user:   []string{"$/podman/podman.sock"},
		start:  "systemctl start podman.socket, with --user for a user's own containers",
	},
}

// answers reports whether engines of this kind can be asked.
func answers(kind limen.KeeperKind) bool {
	return slices.ContainsFunc(engines, func(e engine) bool { return e.kind == kind })
}

// An answer is what came of asking one engine.
type answer struct {
	list []container
	kind limen.KeeperKind // of the engine that answered
	err  error
}

// A silence is why engines did not answer, and what to do about it.
type silence struct {
	why, next string
	absent    bool // there is nothing that could have answered
}

// gap is what is missing because of the silence.
func (s silence) gap(what string) limen.Gap { return limen.Gap{What: what, Why: s.why, Next: s.next} }

// list returns the running containers of the engines of one kind, those of
// the system or of a user, and if any did not answer, why.
func (f *Finder) list(ctx context.Context, kind limen.KeeperKind, m manager) (all []container, silent *silence) {
	e := engines[slices.IndexFunc(engines, func(e engine) bool { return e.kind == kind })]
	places := e.system
	if m.user {
		places = e.user
	}
	var absent []string
	var seen []os.FileInfo
	asked := 0
	for _, p := range places {
		socket, ok := f.place(p, m.uid)
		if !ok {
			continue
		}
		if st, err := os.Stat(socket); err == nil {
			if slices.ContainsFunc(seen, func(o os.FileInfo) bool { return os.SameFile(o, st) }) {
				continue // /var/run is a link to /run, as a rule
			}
			seen = append(seen, st)
		}
		a := f.ask(ctx, socket)
		switch {
		case errors.Is(a.err, fs.ErrNotExist), a.err == nil && a.kind != kind:
			absent = append(absent, socket)
		case a.err != nil:
			silent = &silence{why: a.err.Error(), next: remedy(a.err, kind)}
			asked++
		default:
			all = append(all, a.list...)
			asked++
		}
	}
	if asked == 0 {
		silent = &silence{why: "there is no socket at " + strings.Join(absent, " or "), next: e.start, absent: true}
	}
	return all, silent
}

// remedy says what to do about an engine that did not answer.
func remedy(err error, kind limen.KeeperKind) string {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Sprintf("run limen as root, or as a user who may use %s", kind)
	}
	return fmt.Sprintf("%s ps", kind)
}

// ask returns what the engine at a socket says. It is asked once, unless it
// was the caller who could not wait.
func (f *Finder) ask(ctx context.Context, socket string) answer {
	return f.engines.of(socket, func() (answer, bool) {
		patience := cmp.Or(f.Patience, 300*time.Millisecond)
		hurry, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		a := askEngine(hurry, socket)
		if errors.Is(a.err, context.DeadlineExceeded) && ctx.Err() == nil {
			a.err = fmt.Errorf("%s did not answer within %v", socket, patience)
		}
		return a, ctx.Err() == nil
	})
}

// askEngine asks for the running containers. Without a version in the path an
// engine answers in one that it chooses; the few fields that limen reads are in
// all of them.
func askEngine(ctx context.Context, socket string) answer {
	var d net.Dialer
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives:      true, // asked once; leaves no connection behind
		DisableCompression:     true, // so that the limit is one of memory
		MaxResponseHeaderBytes: 64 << 10,
	}
	defer t.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine/containers/json", nil)
	if err != nil {
		return answer{err: err}
	}
	res, err := t.RoundTrip(req) // not a Client: an engine has nowhere to redirect to
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return answer{err: fmt.Errorf("%s answered %d %s", socket, res.StatusCode, http.StatusText(res.StatusCode))}
	}
	a := answer{kind: limen.Docker}
	// Podman can be put in Docker's place, where it still says what it is
	// (podman's pkg/api/server/handler_api.go).
	if res.Header.Get("Libpod-API-Version") != "" {
		a.kind = limen.Podman
	}
	if a.list, err = parseContainers(res.Body); err != nil {
		a.err = fmt.Errorf("%s gave an answer that is no list of containers: %w", socket, err)
	}
	return a
}
