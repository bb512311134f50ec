package run

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// A job holds a program and all that comes of it; no process leaves it. When
// its last handle closes, and ours is the only one, the system ends all that
// is in it: also when this process is ended.
type job struct{ windows.Handle }

func newJob() (job, error) {
	h, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return job{}, err
	}
	limit := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limit.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(h, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limit)), uint32(unsafe.Sizeof(limit)))
	if err != nil {
		windows.CloseHandle(h)
		return job{}, err
	}
	return job{h}, nil
}

// mostMembers is how many processes of a job are looked at.
const mostMembers = 1 << 16

// processList is JOBOBJECT_BASIC_PROCESS_ID_LIST of winnt.h, before its list.
type processList struct{ assigned, listed uint32 }

// members returns the processes that are in the job.
func (j job) members() ([]limen.ProcessID, error) {
	for room := 64; ; room *= 4 {
		// A row is as wide as a pointer, and so is the head.
		buf := make([]uintptr, 1+room)
		size := uint32(len(buf)) * uint32(unsafe.Sizeof(buf[0]))
		err := windows.QueryInformationJobObject(j.Handle, windows.JobObjectBasicProcessIdList, uintptr(unsafe.Pointer(&buf[0])), size, nil)
		if err == windows.ERROR_MORE_DATA && room < mostMembers {
			continue
		}
		if err != nil && err != windows.ERROR_MORE_DATA {
			return nil, fmt.Errorf("the processes of a job: %w", err)
		}
		head := (*processList)(unsafe.Pointer(&buf[0]))
		var ids []limen.ProcessID
		for _, pid := range buf[1:][:min(int(head.listed), room)] {
			if id, ok := identify(uint32(pid)); ok {
				ids = append(ids, id)
			}
		}
		return ids, nil
	}
}

// identify returns which process has a number now, if one that has not ended.
func identify(pid uint32) (limen.ProcessID, bool) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, pid)
	if err != nil {
		return limen.ProcessID{}, false
	}
	defer windows.CloseHandle(h)
	if event, err := windows.WaitForSingleObject(h, 0); err == nil && event == windows.WAIT_OBJECT_0 {
		return limen.ProcessID{}, false
	}
	return limen.ProcessID{PID: int(pid), Birth: birthOf(h)}, true
}

// birthOf returns when a process began, in units of 100 ns since 1601.
func birthOf(h windows.Handle) uint64 {
	var began, ended, kernel, user windows.Filetime
	if windows.GetProcessTimes(h, &began, &ended, &kernel, &user) != nil {
		return 0
	}
	return uint64(began.HighDateTime)<<32 | uint64(began.LowDateTime)
}

// kill ends all that is in the job, as SIGKILL would: with exit status 1, which
// the system has no signal for.
func (j job) kill() error { return windows.TerminateJobObject(j.Handle, 1) }
