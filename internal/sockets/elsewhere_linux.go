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
	var gaps []limen.Gap
	for n, ways := range others {
		found, more, err := readByAny(ctx, r, w, ways, n)
		switch {
		case err == nil:
			socks, gaps = append(socks, found...), append(gaps, more...)
		case ctx.Err() != nil:
			return tidy(socks, w), append(gaps, limen.Gap{What: elsewhere, Why: "the search ended before it came to all of them", Next: "ask again"})
		case !errors.Is(err, errEnded):
			closed++
		}
	}
	if closed > 0 {
		gaps = append(gaps, elsewhereGap(closed))
	}
	return tidy(socks, w), gaps
}

// readByAny reads a namespace by the first way into it that still exists: a
// process can end at any moment.
func readByAny(ctx context.Context, r Reader, w Want, ways []string, n limen.Namespace) (socks []Socket, gaps []limen.Gap, err error) {
	for _, way := range ways {
		if err = ctx.Err(); err != nil {
			return nil, nil, err
		}
		if socks, gaps, err = readInside(ctx, r, w, way, n); err == nil {
			return socks, gaps, nil
		}
	}
	return nil, nil, err
}

const elsewhere = "ports of other network namespaces, such as those of containers"

// elsewhereGap says that some namespaces could not be looked for or into.
func elsewhereGap(closed int) limen.Gap {
	if os.Geteuid() == 0 {
		return limen.Gap{What: elsewhere, Why: "the system does not let even root look into " + processes(closed)}
	}
	return limen.Gap{What: elsewhere, Why: "only root may look for them", Next: "run the same command with sudo"}
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
	if closed == 0 && hidesOthers(r.proc()) {
		closed = 1
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

// errEnded says that a namespace, or what led to it, is no more.
var errEnded = errors.New("the namespace has ended")

// readInside reads the tables of the namespace at path, on a thread that
// enters it and comes back.
func readInside(ctx context.Context, r Reader, w Want, path string, n limen.Namespace) (socks []Socket, gaps []limen.Gap, err error) {
	there, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errEnded
	}
	if err != nil {
		return nil, nil, err
	}
	defer there.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = r.within(there, func() error {
			socks, gaps, err = r.Read(ctx, w)
			return err
		})
	}()
	<-done
	for i := range socks {
		socks[i].Namespace = n
	}
	return socks, gaps, err
}

// within calls do on a thread in another network namespace, and needs a
// goroutine of its own: should the way back be barred, the thread stays
// locked, and so ends with the goroutine. It is not left to that alone,
// because the first thread never ends, and stands for the whole process in
// /proc/PID/ns.
func (r Reader) within(there *os.File, do func() error) error {
	runtime.LockOSThread()
	here, err := os.Open(r.proc() + "/thread-self/ns/net")
	if err == nil {
		defer here.Close()
		err = unix.Setns(int(there.Fd()), unix.CLONE_NEWNET)
	}
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = do()
	if unix.Setns(int(here.Fd()), unix.CLONE_NEWNET) == nil {
		runtime.UnlockOSThread()
	}
	return err
}
