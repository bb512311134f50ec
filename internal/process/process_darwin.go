package process

import (
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// What process_bsd.go needs of this system.
const processTable = "kern.proc.all"

var processLayout = kinfoOfMacOS

// sessionOf asks for the session, for which struct kinfo_proc has only an
// address of the kernel's.
func sessionOf(k kinfo) int {
	session, err := unix.Getsid(k.PID)
	if err != nil {
		return 0
	}
	return session
}

// Numbers of bsd/sys/proc_info.h, and of proc_info_private.h for the call.
const (
	sysProcInfo = 336 // bsd/kern/syscalls.master
	procInfoPID = 2   // PROC_INFO_CALL_PIDINFO

	procPIDTask      = 4  // PROC_PIDTASKINFO
	procPIDDirectory = 9  // PROC_PIDVNODEPATHINFO
	procPIDPath      = 11 // PROC_PIDPATHINFO
	pathSize         = 4 << 10
)

// procInfo asks the kernel about a process. It is the system call beneath
// proc_pidinfo(3), made directly: to call the library without cgo, Go needs a
// linkname into its own runtime, which it keeps for itself and
// golang.org/x/sys. Apple promises the number of no system call, but this one
// is the same since Mac OS X 10.5, and the size of every answer is checked.
func procInfo(pid, flavor int, b []byte) (int, error) {
	n, _, errno := unix.Syscall6(sysProcInfo, procInfoPID, uintptr(pid), uintptr(flavor), 0,
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	switch {
	case errno == unix.ESRCH:
		return 0, gone(pid)
	case errno != 0:
		return 0, &fs.PathError{Op: "ask", Path: fmt.Sprintf("process %d", pid), Err: errno}
	case n > uintptr(len(b)):
		return 0, fmt.Errorf("%w: proc_info answers with %d bytes in %d", errors.ErrUnsupported, n, len(b))
	}
	return int(n), nil
}

// executable returns the path of the program's file, which anyone may know;
// empty if it was removed. The answer has no size but ends with a zero byte.
func executable(pid int) string {
	var b [pathSize]byte
	if _, err := procInfo(pid, procPIDPath, b[:]); err != nil {
		return ""
	}
	return cString(b[:])
}

// command returns the arguments; none if they may not be seen.
func command(pid int) (args []string, cut bool) {
	b, err := procArgs(pid)
	if err != nil {
		return nil, false
	}
	defer clear(b) // the environment is in it, too
	arguments, _, _ := splitProcArgs(b)
	return splitCommand(arguments, commandLimit)
}

// environment returns the variables. Those of programs that the system guards
// are none.
func environment(pid int) ([]byte, error) {
	b, err := procArgs(pid)
	if err != nil {
		return nil, err
	}
	_, variables, _ := splitProcArgs(b)
	return variables, nil
}

// procArgs returns the arguments and environment of a process.
func procArgs(pid int) ([]byte, error) {
	b, err := sysctlOf("kern.procargs2", pid)
	if errors.Is(err, unix.EINVAL) { // said of processes of others and of none alike
		err = &fs.PathError{Op: "sysctl", Path: "kern.procargs2", Err: unix.EPERM}
	}
	return b, err
}

// directory returns where the process works; empty if it may not be seen.
func directory(pid int) string {
	b := make([]byte, vnodePathInfoSize)
	n, err := procInfo(pid, procPIDDirectory, b)
	if err != nil {
		return ""
	}
	return parseDirectory(b[:n])
}

func usage(k kinfo) (u limen.Usage, err error) {
	var b [taskInfoSize]byte
	n, err := procInfo(k.PID, procPIDTask, b[:])
	if err != nil {
		return u, err
	}
	// Times are in ticks of the processor's clock, as mach_timebase_info(3)
	// has them: 24 million a second on Apple's processors, 10^9 on Intel's.
	perSecond, err := unix.SysctlUint64("hw.tbfrequency")
	if err != nil {
		return u, fmt.Errorf("sysctl hw.tbfrequency: %w", err)
	}
	if u.CPU, u.Memory, err = parseTaskInfo(b[:n], perSecond); err != nil {
		return u, err
	}
	_, err = readKinfo(k.ProcessID)
	return u, err
}
