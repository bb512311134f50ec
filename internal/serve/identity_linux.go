package serve

import (
	"os"
	"syscall"
)

// identity is the number of a file in its file system, and when anything of it
// changed last (st_ino and st_ctim of stat(2)).
func identity(_ *os.File, info os.FileInfo) (number uint64, changed int64) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ino, st.Ctim.Nano()
	}
	return 0, 0
}
