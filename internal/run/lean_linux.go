package run

import (
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// GiveBack gives back the memory that starting has taken and waiting does not
// need: the heap that is free, and those pages of limen's own file that were
// read once. The kernel takes them from its cache again where they are needed
// (MADV_DONTNEED of madvise(2), for a mapping of a file that nobody writes to).
func GiveBack() {
	debug.FreeOSMemory()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return // it was worth a try
	}
	defer f.Close() // it was only read
	file, err := os.Readlink(self)
	if err != nil {
		return
	}
	for _, s := range parseOwnPages(f, file) {
		// Where it fails, the pages stay.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, s.from, s.to-s.from, unix.MADV_DONTNEED)
	}
}
