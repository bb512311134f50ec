package keeper

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// readServices asks the service manager which services run, which any user
// may.
func readServices() services {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_ENUMERATE_SERVICE)
	if err != nil {
		return services{err: fmt.Errorf("the service manager: %w", err)}
	}
	defer windows.CloseServiceHandle(manager)
	s := services{names: map[int][]string{}}
	var next uint32 // where the manager goes on
	for {
		// As much as it gives at once (EnumServicesStatusExW in the reference).
		const most, size = 256 << 10, unsafe.Sizeof(windows.ENUM_SERVICE_STATUS_PROCESS{})
		room := make([]windows.ENUM_SERVICE_STATUS_PROCESS, most/size)
		var left, n uint32
		err := windows.EnumServicesStatusEx(manager, windows.SC_ENUM_PROCESS_INFO, windows.SERVICE_WIN32, windows.SERVICE_ACTIVE,
			(*byte)(unsafe.Pointer(&room[0])), uint32(len(room))*uint32(size), &left, &n, &next, nil)
		for _, e := range room[:min(int(n), len(room))] {
			pid := int(e.ServiceStatusProcess.ProcessId)
			s.names[pid] = append(s.names[pid], windows.UTF16PtrToString(e.ServiceName))
		}
		if errors.Is(err, windows.ERROR_MORE_DATA) && n > 0 {
			continue
		}
		if err != nil {
			s.err = fmt.Errorf("the service manager: %w", err)
		}
		delete(s.names, 0) // those that are about to start
		return s
	}
}
