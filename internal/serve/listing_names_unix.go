//go:build unix

package serve

import (
	"os"
	"syscall"
)

// namesOf takes a folder over to read its names, and what kind each is. Where
// the folder was opened in an [os.Root], the os package asks the kernel for all
// else of each entry, too, which takes several times as long: it is about to
// hand out a promise to look later, and cannot keep that within a root. Nobody
// here takes it at its word; what is looked at, is looked at in the root.
func namesOf(folder *os.File) (*os.File, error) {
	defer folder.Close()
	raw, err := folder.SyscallConn()
	if err != nil {
		return nil, err
	}
	var names int
	var failed error
	err = raw.Control(func(fd uintptr) {
		syscall.ForkLock.RLock() // no program that is started meanwhile gets it
		defer syscall.ForkLock.RUnlock()
		if names, failed = syscall.Dup(int(fd)); failed == nil {
			syscall.CloseOnExec(names)
		}
	})
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, failed
	}
	return os.NewFile(uintptr(names), folder.Name()), nil
}
