package daemon

import "syscall"

// Of winbase.h.
const (
	detachedProcess = 0x00000008 // without the console it was started from
	ownGroup        = 0x00000200 // without its Ctrl-C
)

// detached starts a process that does not end with the window it was started
// from.
var detached = &syscall.SysProcAttr{HideWindow: true, CreationFlags: detachedProcess | ownGroup}
