//go:build unix

package keeper

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the UID of a file's owner, -1 if it has none.
func ownerOf(st fs.FileInfo) int64 {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return int64(s.Uid)
	}
	return -1
}
