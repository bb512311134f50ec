package serve

import (
	"slices"
	"strings"
)

// isHidden reports whether a name in a folder is shown to nobody: a dotfile
// that is not .well-known (RFC 8615).
func isHidden(name string) bool { return strings.HasPrefix(name, ".") && name != ".well-known" }

// isServable reports whether a name of a file or folder may be asked for at
// all: no dotfile, and none that stands for something else on Windows. Those
// are refused on every system, so that a folder shows the same everywhere.
func isServable(name string) bool {
	return name != "" && !isHidden(name) && !isForeignToWindows(name)
}

// isForeignToWindows reports whether Windows takes a name for something other
// than it says ("Naming Files, Paths, and Namespaces" of its documentation).
func isForeignToWindows(name string) bool {
	last := name[len(name)-1]
	return last == '.' || last == ' ' || // are cut off: "secret.txt." is secret.txt
		strings.IndexByte(name, ':') >= 0 || // a stream of a file, or a drive: "index.php::$DATA"
		isDevice(name) || isShort(name)
}

// devices are the names that mean a device in every folder, with any ending.
// The superscripts count as digits there.
var devices = []string{
	"con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
	"com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "com¹", "com²", "com³",
	"lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "lpt¹", "lpt²", "lpt³",
}

// isDevice reports whether a name means a device on Windows.
func isDevice(name string) bool {
	const longest = len("conout$")
	base, _, _ := strings.Cut(name, ".")
	base = strings.TrimRight(base, " ")
	if len(base) < len("con") || len(base) > longest {
		return false
	}
	return slices.Contains(devices, strings.ToLower(base))
}

// isShort reports whether a name looks like the second, short name that
// Windows gives to long ones: "GIT~1" is .git. It has eight bytes at most
// before its one dot and three behind ([MS-FSCC], 2.1.5.2.1).
func isShort(name string) bool {
	base, ending, _ := strings.Cut(name, ".")
	tilde := strings.LastIndexByte(base, '~')
	if tilde < 1 || len(base) > 8 || len(ending) > 3 || tilde == len(base)-1 {
		return false
	}
	return strings.Trim(base[tilde+1:], "0123456789") == ""
}
