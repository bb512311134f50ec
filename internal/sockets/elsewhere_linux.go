package sockets

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// namedNamespaces are where ip-netns(8) and container engines keep namespaces
// that no process needs to be in.
var namedNamespaces = []string{"/run/netns", "/run/docker/netns"}

func readElsewhere(ctx context.Context, r Reader, w Want) ([]Socket, []limen.Gap) {
	others, closed := otherNamespaces(r, networkNamespace(r))
	var socks []Socket
	for n, ways := range others {
		found, err := readByAny(ctx, r, w, ways, n)
		if err == nil {
			socks = append(socks, found...)
		} else if !errors.Is(err, fs.ErrNotExist) { // else it ended with its last process
			closed++
		}
	}
	return tidy(socks, w), elsewhereGap(closed)
}

// readByAny reads a namespace by the first way into it that still exists: a
// process can end at any moment.
func readByAny(ctx context.Context, r Reader, w Want, ways []string, n limen.Namespace) (socks []Socket, err error) {
	for _, way := range ways {
		if err = ctx.Err(); err != nil {
			return nil, err
		}
		if socks, err = readInside(ctx, r, w, way, n); err == nil {
			return socks, nil
		}
	}
	return nil, err
}

// elsewhereGap says that some namespaces could not be looked for or into.
func elsewhereGap(closed int) []limen.Gap {
	if closed == 0 {
		return nil
	}
	g := limen.Gap{
		What: "ports of other network namespaces, such as those of containers",
		Why:  "only root may look for them", Next: "run the same command with sudo",
	}
	if os.Geteuid() == 0 {
		g.Why, g.Next = "the system does not let even root look into "+processes(closed), ""
	}
	return []limen.Gap{g}
}

// maxWays bounds how many ways into one namespace are kept.
const maxWays = 4

// otherNamespaces returns ways into each network namespace but our own, and
// how many processes do not tell theirs.
func otherNamespaces(r Reader, own limen.Namespace) (others map[limen.Namespace][]string, closed int) {
	others = map[limen.Namespace][]string{}
	add := func(n limen.Namespace, way string) {
		if n != 0 && n != own && len(others[n]) < maxWays {
			others[n] = append(others[n], way)
		}
	}
	pids, err := listPIDs(r.proc())
	if err != nil {
		return nil, 1
	}
	for _, pid := range pids {
		link := r.proc() + "/" + strconv.Itoa(pid) + "/ns/net"
		n, err := namespaceOf(link)
		switch {
		case os.IsPermission(err):
			closed++
		case err == nil:
			add(n, link)
		}
	}
	for _, dir := range namedNamespaces {
		names, _ := os.ReadDir(dir) // absent where nobody uses it
		for _, e := range names {
			path := filepath.Join(dir, e.Name())
			var st unix.Stat_t
			if unix.Stat(path, &st) == nil && isNamespace(path) {
				add(limen.Namespace(st.Ino), path)
			}
		}
	}
	return others, closed
}

// isNamespace reports whether a file is one of the kernel's namespaces, and
// not just something in the directory where they are named.
func isNamespace(path string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(path, &fs) == nil && (fs.Type == unix.NSFS_MAGIC || fs.Type == unix.PROC_SUPER_MAGIC)
}

// readInside reads the tables of the namespace at path, on a thread that
// enters it and is thrown away: it is not unlocked, so it ends with the
// goroutine and nothing else ever runs in there.
func readInside(ctx context.Context, r Reader, w Want, path string, n limen.Namespace) (socks []Socket, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		if socks, _, err = r.Read(ctx, w); err != nil {
			return
		}
		for i := range socks {
			socks[i].Namespace = n
		}
	}()
	<-done
	return socks, err
}
