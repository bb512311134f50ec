package sockets

import (
	"context"
	"fmt"
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
	own := networkNamespace(r)
	others, closed := otherNamespaces(r, own)
	var socks []Socket
	var failed error
	for n, path := range others {
		if ctx.Err() != nil {
			break
		}
		found, err := readInside(ctx, r, w, path, n)
		if err != nil {
			closed++
			failed = err
			continue
		}
		socks = append(socks, found...)
	}
	return tidy(socks, w), elsewhereGap(closed, failed)
}

// elsewhereGap says that some namespaces could not be looked into.
func elsewhereGap(closed int, failed error) []limen.Gap {
	if closed == 0 {
		return nil
	}
	g := limen.Gap{
		What: "ports of other network namespaces, such as those of containers",
		Why:  "only root may look for them", Next: "run the same command with sudo",
	}
	if failed != nil && os.Geteuid() == 0 {
		g.Why, g.Next = fmt.Sprintf("%d of them could not be entered: %v", closed, failed), ""
	}
	return []limen.Gap{g}
}

// otherNamespaces returns a way into each network namespace but our own, and
// how many processes do not tell theirs.
func otherNamespaces(r Reader, own limen.Namespace) (others map[limen.Namespace]string, closed int) {
	others = map[limen.Namespace]string{}
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
		case err == nil && n != own && n != 0:
			others[n] = link
		}
	}
	for _, dir := range namedNamespaces {
		names, _ := os.ReadDir(dir) // absent where nobody uses it
		for _, e := range names {
			path := filepath.Join(dir, e.Name())
			var st unix.Stat_t
			if unix.Stat(path, &st) == nil && limen.Namespace(st.Ino) != own && isNamespace(path) {
				others[limen.Namespace(st.Ino)] = path
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
