package process

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

var native = system{(*Reader).identifyWindows, (*Reader).readWindows, (*Reader).environWindows, (*Reader).usageWindows, (*Reader).pidsWindows}

// readWindows joins what the system tells anyone about a run with what the
// run's own handle tells those who may open one.
func (r *Reader) readWindows(id limen.ProcessID) (Facts, error) {
	e, all, err := r.find(id, readTable)
	if err != nil {
		return Facts{}, err
	}
	var f Facts
	f.ProcessID, f.Started = e.ProcessID, fileTime(e.Birth).Truncate(time.Millisecond)
	f.Ancestors = lineageOf(e, all)
	if len(f.Ancestors) > 0 {
		f.Parent = f.Ancestors[0].PID
	}
	// Nobody adopts orphans here: whose parent has ended has none.
	f.Reparented = e.parent != 0 && f.Parent == 0

	h, err := openRun(e.ProcessID)
	if errors.Is(err, fs.ErrPermission) {
		f.Name = nameOnWindows("", nil, e.image)
		return f, nil
	}
	if err != nil {
		return Facts{}, err
	}
	defer h.close()
	f.Executable = h.executable()
	f.Command, f.CommandCut = h.command()
	f.Directory = h.directory()
	f.User = h.user()
	f.Name = nameOnWindows(f.Executable, f.Command, e.image)
	if err := h.alive(); err != nil {
		return Facts{}, err
	}
	return f, nil
}

func (r *Reader) identifyWindows(pid int) (limen.ProcessID, error) {
	e, _, err := r.find(limen.ProcessID{PID: pid}, readTable)
	return e.ProcessID, err
}

// environWindows says that it cannot: the variables lie in the memory of the
// process, among its secrets, and hold only detail.
func (r *Reader) environWindows(limen.ProcessID, ...string) (map[string]string, error) {
	return nil, errors.ErrUnsupported
}

func (r *Reader) usageWindows(id limen.ProcessID, now time.Time) (limen.Usage, error) {
	e, _, err := new(Reader).find(id, readTable) // as it is now
	if err != nil {
		return limen.Usage{}, err
	}
	u := limen.Usage{CPU: e.cpu, Memory: e.resident}
	if lived := now.Sub(fileTime(e.Birth)); e.Birth != 0 && lived > 0 {
		u.Share = float64(u.CPU) / float64(lived)
	}
	return u, nil
}

func (r *Reader) pidsWindows() ([]int, error) {
	all, err := readTable()
	delete(all, 0) // the time that processors have nothing to do; no process
	return slices.Sorted(maps.Keys(all)), err
}

// readTable reads the table of all processes.
func readTable() (map[int]entry, error) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		return nil, fmt.Errorf("the table of processes is known for 64-bit programs: %w", errors.ErrUnsupported)
	}
	const most = 64 << 20 // half a million threads
	for need := uint32(256 << 10); need < most; {
		b := make([]byte, need)
		var size uint32
		err := windows.NtQuerySystemInformation(windows.SystemProcessInformation, unsafe.Pointer(&b[0]), need, &size)
		switch {
		case err == nil:
			return parseTable(b, uint64(uintptr(unsafe.Pointer(&b[0]))))
		case !errors.Is(err, windows.STATUS_INFO_LENGTH_MISMATCH):
			return nil, fmt.Errorf("the table of processes: %w", err)
		}
		need = max(2*need, size+size/4) // it can grow between two calls
	}
	return nil, errors.New("the table of processes is larger than any that limen knows what to do with")
}

// A handle is a run held open. Its number is given to no other run until it is
// closed (GetProcessId in the reference, "Remarks").
type handle struct {
	windows.Handle
	pid int
}

// openRun opens a run. It returns an error that is fs.ErrPermission if that
// is not allowed, as it is to few for processes of others.
func openRun(id limen.ProcessID) (handle, error) {
	w, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, uint32(id.PID))
	switch {
	case err == windows.ERROR_INVALID_PARAMETER: // there is none with that number
		return handle{}, gone(id.PID)
	case err != nil:
		return handle{}, &fs.PathError{Op: "open", Path: fmt.Sprintf("process %d", id.PID), Err: err}
	}
	h := handle{w, id.PID}
	var birth, end, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(w, &birth, &end, &kernel, &user); err != nil {
		h.close()
		return handle{}, &fs.PathError{Op: "ask", Path: fmt.Sprintf("process %d", id.PID), Err: err}
	}
	if is := uint64(birth.HighDateTime)<<32 | uint64(birth.LowDateTime); cmp.Or(id.Birth, is) != is {
		h.close()
		return handle{}, gone(id.PID)
	}
	return h, nil
}

func (h handle) close() { windows.CloseHandle(h.Handle) }

// alive returns ErrGone once the run has ended, of which its handle is the
// signal.
func (h handle) alive() error {
	if event, err := windows.WaitForSingleObject(h.Handle, 0); err == nil && event == windows.WAIT_OBJECT_0 {
		return gone(h.pid)
	}
	return nil
}
