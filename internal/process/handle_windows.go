package process

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// longestPath is how many UTF-16 words a path has at most (UNICODE_STRING
// counts its bytes in 16 bits).
const longestPath = 1 << 15

// executable returns the path of the program's file; empty if it may not be
// seen.
func (h handle) executable() string {
	var b [longestPath]uint16
	n := uint32(len(b))
	if windows.QueryFullProcessImageName(h.Handle, 0, &b[0], &n) != nil {
		return ""
	}
	return windows.UTF16ToString(b[:min(n, uint32(len(b)))])
}

// command returns the arguments, split as the C library of nearly all programs
// splits them; each program gets one line and may split it as it likes.
func (h handle) command() (args []string, cut bool) {
	line := h.commandLine()
	if len(line) > 2*commandLimit { // two bytes for most characters
		line, cut = line[:2*commandLimit], true
	}
	text, _, _ := strings.Cut(decodeUTF16(line), "\x00")
	args, err := windows.DecomposeCommandLine(text)
	if err != nil {
		return nil, cut
	}
	return args, cut
}

// commandLine returns the command line as UTF-16. The system gives it to more
// than may look into the memory where it lies, but only since Windows 8.1.
func (h handle) commandLine() []byte {
	const header = int(unsafe.Sizeof(windows.NTUnicodeString{})) // in front of the text
	b := make([]byte, header+2*longestPath)
	var size uint32
	if windows.NtQueryInformationProcess(h.Handle, windows.ProcessCommandLineInformation, unsafe.Pointer(&b[0]), uint32(len(b)), &size) != nil {
		return h.parameter(unsafe.Offsetof(windows.RTL_USER_PROCESS_PARAMETERS{}.CommandLine))
	}
	return b[header:][:min(int(binary.LittleEndian.Uint16(b)), len(b)-header)]
}

// directory returns where the process works; empty if it may not be seen. Of a
// 32-bit process it is where that began to work.
func (h handle) directory() string {
	dir := decodeUTF16(h.parameter(unsafe.Offsetof(windows.RTL_USER_PROCESS_PARAMETERS{}.CurrentDirectory)))
	if len(dir) > len(`C:\`) {
		dir = strings.TrimSuffix(dir, `\`) // with which it is kept
	}
	return dir
}

// parameter returns one of the strings that a process keeps of its start, as
// UTF-16; nil if it may not be seen. It is in the memory of the process: the
// PEB, the parameters that this points to, and the text that those point to
// (winternl.h).
//
// What is read is kept as bytes and numbers. Pointers of another process would
// mean something else to our garbage collector.
func (h handle) parameter(at uintptr) []byte {
	w, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.PROCESS_VM_READ, false, uint32(h.pid))
	if err != nil {
		return nil
	}
	defer windows.CloseHandle(w)
	var basic [unsafe.Sizeof(windows.PROCESS_BASIC_INFORMATION{})]byte
	if windows.NtQueryInformationProcess(w, windows.ProcessBasicInformation, unsafe.Pointer(&basic[0]), uint32(len(basic)), nil) != nil {
		return nil
	}
	peb := binary.LittleEndian.Uint64(basic[unsafe.Offsetof(windows.PROCESS_BASIC_INFORMATION{}.PebBaseAddress):])
	b := peek(w, peb+uint64(unsafe.Offsetof(windows.PEB{}.ProcessParameters)), 8)
	if b == nil {
		return nil
	}
	text := binary.LittleEndian.Uint64(b) + uint64(at)
	if b = peek(w, text, int(unsafe.Sizeof(windows.NTUnicodeString{}))); b == nil {
		return nil
	}
	return peek(w, binary.LittleEndian.Uint64(b[unsafe.Offsetof(windows.NTUnicodeString{}.Buffer):]), int(binary.LittleEndian.Uint16(b)))
}

// peek reads memory of another process; nil if it cannot all be read.
func peek(process windows.Handle, at uint64, size int) []byte {
	if size == 0 {
		return nil
	}
	b := make([]byte, size)
	var n uintptr
	if windows.ReadProcessMemory(process, uintptr(at), &b[0], uintptr(size), &n) != nil || n != uintptr(size) {
		return nil
	}
	return b
}

// user returns as whom the process runs; nil if it may not be seen.
func (h handle) user() *limen.User {
	var token windows.Token
	if windows.OpenProcessToken(h.Handle, windows.TOKEN_QUERY, &token) != nil {
		return nil
	}
	defer token.Close()
	u, err := token.GetTokenUser()
	if err != nil {
		return nil
	}
	return &limen.User{UID: -1, Name: accountName(u.User.Sid)}
}

// accountName returns what the machine calls an account, with the domain
// before a user of another machine; the number of one that it does not know.
func accountName(sid *windows.SID) string {
	account, domain, kind, err := sid.LookupAccount("")
	if err != nil || account == "" {
		return sid.String()
	}
	if here, err := windows.ComputerName(); kind == windows.SidTypeUser && err == nil && !strings.EqualFold(domain, here) {
		return domain + `\` + account
	}
	return account
}
