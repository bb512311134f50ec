//go:build unix

package proxy

import "syscall"

// roomForGuests is for how many clients there is room: each takes a descriptor, and the
// upstream that answers it another one (RLIMIT_NOFILE of getrlimit(2)). Some are
// for everything else.
func roomForGuests() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return fewestGuests
	}
	return roomFor(uint64(l.Cur))
}
