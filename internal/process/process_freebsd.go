package process

import (
	"os"

	"github.com/limenhq/limen"
)

// What process_bsd.go needs of this system.
const processTable = "kern.proc.proc" // without a row for each thread

var processLayout = kinfoOfFreeBSD

func sessionOf(k kinfo) int { return k.session }

// executable returns the path of the program's file; empty if the system no
// longer knows one, as when it was removed.
func executable(pid int) string {
	b, _ := sysctlOf("kern.proc.pathname", pid)
	return cString(b)
}

// command returns the arguments. Anyone may see them, unless
// security.bsd.see_other_uids or kern.ps_argsopen says otherwise.
func command(pid int) (args []string, cut bool) {
	b, _ := sysctlOf("kern.proc.args", pid)
	return splitCommand(b, commandLimit)
}

// directory returns where the process works; empty if it may not be seen.
func directory(pid int) string {
	b, _ := sysctlOf("kern.proc.cwd", pid)
	return parseFilePath(b)
}

func environment(pid int) ([]byte, error) { return sysctlOf("kern.proc.env", pid) }

func usage(k kinfo) (limen.Usage, error) {
	return limen.Usage{CPU: k.cpu, Memory: k.resident * uint64(os.Getpagesize())}, nil
}
