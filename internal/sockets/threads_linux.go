package sockets

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// lookAtThreads looks at what those threads of a process hold that have a
// table of descriptors of their own. It is worth its time only for a socket
// that no process holds: nearly all threads share the table of their process
// (CLONE_FILES of clone(2)), but one can leave it (unshare(2)), and if the
// first thread ends before the others it has none any more.
func (w *walker) lookAtThreads(pid int) {
	process := w.proc + "/" + strconv.Itoa(pid)
	threads, err := os.ReadDir(process + "/task")
	if err != nil || len(threads) < 2 {
		return // ended, or its only thread was looked at
	}
	for _, t := range threads {
		tid, err := strconv.Atoi(t.Name())
		if err != nil || tid == pid || w.native && sharesDescriptors(pid, tid) {
			continue
		}
		w.path = append(w.path[:0], process+"/task/"+t.Name()+"/fd"...)
		w.lookInto(pid, "../../../stat")
	}
}

// sharesDescriptors reports whether two threads have one table of descriptors.
// Where the kernel may not be asked, they are taken not to.
func sharesDescriptors(a, b int) bool {
	const kcmpFiles = 2 // KCMP_FILES of include/uapi/linux/kcmp.h
	order, _, errno := unix.RawSyscall6(unix.SYS_KCMP, uintptr(a), uintptr(b), kcmpFiles, 0, 0, 0)
	return errno == 0 && order == 0
}
