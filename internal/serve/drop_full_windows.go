package serve

import "syscall"

// full are how the system says that a disk, or somebody's share of it, is full
// (winerror.h: ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED).
var full = []error{syscall.Errno(112), syscall.Errno(39), syscall.Errno(1295)}
