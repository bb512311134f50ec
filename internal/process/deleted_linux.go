package process

import (
	"strings"

	"golang.org/x/sys/unix"
)

// isAt reports whether what a link of procfs leads to lies at path, as seen by
// us or by the process. It proves it by comparing the files themselves.
//
// The path is foreign, and may lead into a file system whose server never
// answers. So it is followed only as far as the kernel remembers it, which it
// does for every file in use. Where that gives no answer, none is taken.
func (d dir) isAt(link, path string) bool {
	here, ok := identify(d.fd, link, 0)
	if !ok {
		return false
	}
	if there, ok := remembered(unix.AT_FDCWD, path); ok && there == here {
		return true
	}
	root, err := openat(d.fd, "root", unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	defer unix.Close(root)
	there, ok := remembered(root, strings.TrimPrefix(path, "/"))
	return ok && there == here
}

// An identity is what makes two files the same.
type identity struct {
	major, minor uint32
	inode        uint64
}

func identify(at int, path string, flags int) (identity, bool) {
	var st unix.Statx_t
	// Without DONT_SYNC a network's file server would be asked.
	err := unix.Statx(at, path, flags|unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st)
	return identity{st.Dev_major, st.Dev_minor, st.Ino}, err == nil
}

// resolveCached is RESOLVE_CACHED of include/uapi/linux/openat2.h, Linux 5.12.
const resolveCached = 0x20

// remembered identifies the file at path if the kernel can do so from memory.
func remembered(at int, path string) (identity, bool) {
	// The answer is also refused if a rename somewhere disturbs the walk.
	for range 8 {
		fd, err := unix.Openat2(at, path, &unix.OpenHow{
			Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
			Resolve: resolveCached,
		})
		if err == unix.EAGAIN || err == unix.EINTR {
			continue
		}
		if err != nil {
			return identity{}, false
		}
		defer unix.Close(fd)
		return identify(fd, "", unix.AT_EMPTY_PATH)
	}
	return identity{}, false
}
