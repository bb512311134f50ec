package run

import (
	"os"
	"slices"
	"strings"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
)

// attributeJobList is PROC_THREAD_ATTRIBUTE_JOB_LIST of winbase.h: the process
// is in the job before it does anything.
const attributeJobList = 0x2000d

// spawn starts a program in a job, with the three files as its streams, and
// returns a handle and its number.
func (p Program) spawn(j job, path string, env []string, files [3]*os.File) (windows.Handle, uint32, error) {
	streams, err := inheritable(files)
	defer func() {
		for _, h := range streams {
			windows.CloseHandle(h)
		}
	}()
	if err != nil {
		return 0, 0, err
	}
	attributes, err := windows.NewProcThreadAttributeList(2)
	if err != nil {
		return 0, 0, err
	}
	defer attributes.Delete()
	// Nothing else of ours goes over, whatever other goroutines start.
	if err := attributes.Update(windows.PROC_THREAD_ATTRIBUTE_HANDLE_LIST, unsafe.Pointer(&streams[0]), uintptr(len(streams))*unsafe.Sizeof(streams[0])); err != nil {
		return 0, 0, err
	}
	if err := attributes.Update(attributeJobList, unsafe.Pointer(&j.Handle), unsafe.Sizeof(j.Handle)); err != nil {
		return 0, 0, err
	}
	info := windows.StartupInfoEx{ProcThreadAttributeList: attributes.List()}
	info.Cb = uint32(unsafe.Sizeof(info))
	info.Flags = windows.STARTF_USESTDHANDLES
	info.StdInput, info.StdOutput, info.StdErr = streams[0], streams[1], streams[2]

	file, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, 0, err
	}
	command, err := windows.UTF16PtrFromString(windows.ComposeCommandLine(p.Arguments))
	if err != nil {
		return 0, 0, err
	}
	var directory *uint16
	if p.Directory != "" {
		if directory, err = windows.UTF16PtrFromString(absolute(p.Directory)); err != nil {
			return 0, 0, err
		}
	}
	// In a group of its own it gets no Ctrl-C of our console, and can be sent
	// CTRL_BREAK_EVENT alone.
	const flags = windows.CREATE_UNICODE_ENVIRONMENT | windows.EXTENDED_STARTUPINFO_PRESENT | windows.CREATE_NEW_PROCESS_GROUP
	var made windows.ProcessInformation
	if err := windows.CreateProcess(file, command, nil, nil, true, flags, block(env), directory, &info.StartupInfo, &made); err != nil {
		return 0, 0, err
	}
	windows.CloseHandle(made.Thread)
	return made.Process, made.ProcessId, nil
}

// inheritable returns handles of files that a child may have.
func inheritable(files [3]*os.File) (all []windows.Handle, err error) {
	me := windows.CurrentProcess()
	for _, f := range files {
		raw, err := f.SyscallConn()
		if err != nil {
			return all, err
		}
		var h windows.Handle
		var failed error
		err = raw.Control(func(fd uintptr) {
			failed = windows.DuplicateHandle(me, windows.Handle(fd), me, &h, 0, true, windows.DUPLICATE_SAME_ACCESS)
		})
		if err == nil {
			err = failed
		}
		if err != nil {
			return all, err
		}
		all = append(all, h)
	}
	return all, nil
}

// block is an environment as CreateProcess takes it: a zero after each
// variable, and one more.
func block(env []string) *uint16 {
	// In the order of names, as the system expects it of who writes a block.
	sorted := slices.SortedFunc(slices.Values(env), func(a, b string) int {
		return strings.Compare(strings.ToUpper(a), strings.ToUpper(b))
	})
	var b []uint16
	for _, v := range sorted {
		b = append(append(b, utf16.Encode([]rune(v))...), 0)
	}
	if len(b) == 0 {
		b = append(b, 0)
	}
	return &append(b, 0)[0]
}
