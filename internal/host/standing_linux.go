package host

import (
	"os"
	"syscall"
)

// namespaceInode returns the inode of a namespace that this process is in, by which
// it is known (namespaces(7), "The /proc/pid/ns/ directory"); 0 if it cannot be
// seen.
func namespaceInode(kind string) uint64 {
	info, err := os.Stat("/proc/self/ns/" + kind)
	if err != nil {
		return 0
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return s.Ino
}
