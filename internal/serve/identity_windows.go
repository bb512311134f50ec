package serve

import (
	"os"
	"syscall"
)

// identity is the number of a file in its volume, and when it was made: a file
// that takes another's name has another number
// (BY_HANDLE_FILE_INFORMATION of fileapi.h). What stat(2) calls ctime, this
// call does not tell.
func identity(file *os.File, _ os.FileInfo) (number uint64, changed int64) {
	var d syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(syscall.Handle(file.Fd()), &d); err != nil {
		return 0, 0
	}
	return uint64(d.FileIndexHigh)<<32 | uint64(d.FileIndexLow), d.CreationTime.Nanoseconds()
}
