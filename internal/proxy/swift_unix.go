//go:build unix && !linux

package proxy

import "syscall"

// peek looks at the first byte that has come, and leaves it there. It does not wait.
func peek(fd uintptr, first *byte) error {
	b := [1]byte{}
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	*first = b[0]
	return err
}
