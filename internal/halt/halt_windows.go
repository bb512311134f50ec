package halt

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/windows"
)

// A handle means the same process for as long as it is open: Windows gives a
// number away only when no handle of its process is left.
type handle struct{ h windows.Handle }

func open(pid int) (handle, error) {
	const rights = windows.PROCESS_TERMINATE | windows.SYNCHRONIZE | windows.PROCESS_QUERY_LIMITED_INFORMATION
	h, err := windows.OpenProcess(rights, false, uint32(pid))
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) { // what it says of a number that nobody has
		return handle{}, ErrGone
	}
	return handle{h}, err
}

func (p handle) close() { windows.CloseHandle(p.h) }

// A signal is a way to tell a process to end. Windows has one, and it cannot
// be refused: what else there is reaches windows and consoles, not servers.
type signal struct {
	name   string
	isLast bool
}

func signals(force bool) []signal {
	if !force {
		return nil
	}
	return []signal{{"TerminateProcess", true}}
}

func (p handle) send(signal) error { return windows.TerminateProcess(p.h, 1) }

func (p handle) wait(_ context.Context, patience time.Duration) (bool, error) {
	event, err := windows.WaitForSingleObject(p.h, uint32(patience.Milliseconds()))
	return event == windows.WAIT_OBJECT_0, err
}

func (p handle) exit() *int {
	var code uint32
	if windows.GetExitCodeProcess(p.h, &code) != nil {
		return nil
	}
	n := int(code)
	return &n
}
