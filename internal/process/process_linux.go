package process

import (
	"errors"
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

var native = procfs

// A dir is the directory of one process in procfs, held open. It stays with
// the run it was opened for: once that is gone, nothing can be opened in it,
// even if the number belongs to another run by then (get_proc_task in
// fs/proc/internal.h goes by the run, not by its number).
type dir struct {
	fd   int
	root string
	pid  int
}

// openDir returns the directory of pid. The caller closes it.
func openDir(root string, pid int) (dir, error) {
	d := dir{-1, root, pid}
	var err error
	d.fd, err = openat(unix.AT_FDCWD, d.path(""), unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return dir{}, d.error("open", "", err)
	}
	return d, nil
}

func (d dir) close() { unix.Close(d.fd) }

// path names a file of the directory for an error.
func (d dir) path(name string) string { return d.root + "/" + strconv.Itoa(d.pid) + "/" + name }

// error makes an errno of a file that every process has into an error.
func (d dir) error(op, name string, err error) error {
	if err == unix.ENOENT && d.hidden() {
		err = unix.EPERM
	}
	if err == unix.ESRCH || err == unix.ENOENT {
		return gone(d.pid)
	}
	return &fs.PathError{Op: op, Path: d.path(name), Err: err}
}

// hidden reports whether a run that seems gone is there and procfs denies it,
// as it does to others than its user when mounted with hidepid=2 or 4 (proc(5)).
func (d dir) hidden() bool {
	if d.fd < 0 {
		return d.root == "/proc" && unix.Kill(d.pid, 0) != unix.ESRCH
	}
	// A directory whose run is gone can still be asked about, one whose run
	// is hidden cannot (pid_getattr in fs/proc/base.c).
	_, err := d.owner()
	return err == unix.ENOENT
}

// alive returns ErrGone once the run is gone. That nothing else can have come
// in its place is what the open directory is for.
func (d dir) alive() error {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, "stat", &st, 0); err != nil {
		return d.error("stat", "stat", err)
	}
	return nil
}

// owner returns the user as whom the process acts. The directory belongs to
// its effective user even when all the files in it belong to root because it
// has changed its user (task_dump_owner in fs/proc/base.c).
func (d dir) owner() (uint32, error) {
	var st unix.Stat_t
	err := unix.Fstat(d.fd, &st)
	return st.Uid, err
}

// read fills buf from a file. Files of procfs come whole with one read as far
// as there is room.
func (d dir) read(name string, buf []byte) (int, error) {
	fd, err := openat(d.fd, name, unix.O_RDONLY)
	if err != nil {
		return 0, d.error("open", name, err)
	}
	defer unix.Close(fd)
	for {
		n, err := unix.Read(fd, buf)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, d.error("read", name, err)
		default:
			return n, nil
		}
	}
}

// link fills buf with what a link says.
func (d dir) link(name string, buf []byte) (int, error) {
	return unix.Readlinkat(d.fd, name, buf)
}

func openat(at int, path string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(at, path, flags|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// pids lists the directories that are named with a number.
func pids(root string) ([]int, error) {
	f, err := os.Open(root)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var list []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid > 0 {
			list = append(list, pid)
		}
	}
	if len(list) == 0 {
		return nil, &fs.PathError{Op: "read", Path: root, Err: errors.New("no process is in it; is procfs mounted there?")}
	}
	return list, nil
}
