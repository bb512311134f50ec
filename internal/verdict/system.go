package verdict

import "strings"

// A System is a kind of operating system, as far as advice and rules differ.
// The zero value is Linux.
type System string

const (
	Linux   System = ""
	MacOS   System = "macos"
	FreeBSD System = "freebsd"
	Windows System = "windows"
)

// words are how a person is told what to do on one system.
type words struct {
	elevated string // put before a command that takes more rights
	end      string // asks a process to end, whose number follows
	another  string // put before the number of each further process
	first    int    // the highest number of a process that belongs to the system itself

	lowRight, lowFrom, lowNext string // what low ports take, where that stands, and the command that changes it; "%d" is the port
	handedOut, keepOut         string // where ephemeral ports stand, and the list that keeps one out; "" if there is none
}

var sudo = words{elevated: "sudo ", end: "kill", another: " ", first: 1}

// systems are the words of each system.
var systems = map[System]words{
	Linux: sudo.with("no CAP_NET_BIND_SERVICE", "/proc/self/status and net.ipv4.ip_unprivileged_port_start",
		"sysctl -w net.ipv4.ip_unprivileged_port_start=%d", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports"),
	MacOS: sudo.with("this user is not root", "in_pcbbind of xnu, bsd/netinet/in_pcb.c", "",
		"net.inet.ip.portrange.first and last", ""),
	FreeBSD: sudo.with("this user is not root", "net.inet.ip.portrange.reservedhigh, see ip(4)", "",
		"net.inet.ip.portrange.first and last, see ip(4)", ""),
	// Ports below 1024 take no rights there. The System process, number 4,
	// is the kernel; taskkill asks a program, and only with /F makes it.
	Windows: {elevated: "in a prompt that runs as administrator: ", end: "taskkill /PID", another: " /PID ", first: 4},
}

// with returns the words with what is said of ports.
func (w words) with(lowRight, lowFrom, lowNext, handedOut, keepOut string) words {
	w.lowRight, w.lowFrom, w.lowNext, w.handedOut, w.keepOut = lowRight, lowFrom, lowNext, handedOut, keepOut
	return w
}

// endAll is the command that asks processes to end.
func (w words) endAll(pids []string) string {
	return w.end + " " + strings.Join(pids, w.another)
}
