package sockets

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

var (
	iphlpapi            = windows.NewLazySystemDLL("iphlpapi.dll")
	getExtendedTCPTable = iphlpapi.NewProc("GetExtendedTcpTable")
	getExtendedUDPTable = iphlpapi.NewProc("GetExtendedUdpTable")
)

// Numbers of iprtrmib.h: TCP_TABLE_CLASS and UDP_TABLE_CLASS.
const (
	tcpOwnerModuleListener = 6 // TCP_TABLE_OWNER_MODULE_LISTENER
	tcpOwnerModuleAll      = 8 // TCP_TABLE_OWNER_MODULE_ALL
	udpOwnerModule         = 2 // UDP_TABLE_OWNER_MODULE
)

// readTable reads one of the tables, whole or of TCP the listeners alone.
func readTable(l tableLayout, listeners bool) ([]byte, error) {
	call, class := getExtendedTCPTable, uintptr(tcpOwnerModuleAll)
	switch {
	case l.transport == limen.UDP:
		call, class = getExtendedUDPTable, udpOwnerModule
	case listeners:
		class = tcpOwnerModuleListener
	}
	family := uintptr(windows.AF_INET)
	if l.family == afINET6 {
		family = windows.AF_INET6
	}
	if err := call.Find(); err != nil {
		return nil, errors.Join(errors.ErrUnsupported, err)
	}
	return grow(func(b []byte, size *uint32) error {
		code, _, _ := call.Call(uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(size)), 0, family, class, 0)
		switch err := windows.Errno(code); err {
		case 0:
			return nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
			return errMore
		case windows.ERROR_NOT_SUPPORTED:
			return fmt.Errorf("%s: %w", call.Name, errors.ErrUnsupported)
		default:
			return fmt.Errorf("%s: %w", call.Name, err)
		}
	})
}

// readRuns reads which processes there are. Any user may see that of all.
func readRuns() (map[int]run, error) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		return nil, fmt.Errorf("the table of processes is known for 64-bit programs: %w", errors.ErrUnsupported)
	}
	b, err := grow(func(b []byte, size *uint32) error {
		err := windows.NtQuerySystemInformation(windows.SystemProcessInformation, unsafe.Pointer(&b[0]), uint32(len(b)), size)
		if err == windows.STATUS_INFO_LENGTH_MISMATCH {
			return errMore
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the table of processes: %w", err)
	}
	return parseRuns(b)
}

// errMore says that a table did not fit.
var errMore = errors.New("more room is needed")

// grow calls read with more and more room, until the table fits. Read is told
// how much there is, and says how much it needs.
func grow(read func(b []byte, size *uint32) error) ([]byte, error) {
	const most = 64 << 20 // 300,000 sockets
	for need := uint32(64 << 10); need < most; {
		b := make([]byte, need)
		size := need
		err := read(b, &size)
		if err != errMore {
			return b, err
		}
		need = max(2*need, size+size/4) // a table can grow between two calls
	}
	return nil, errors.New("it is larger than any that limen knows what to do with")
}
