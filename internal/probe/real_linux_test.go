package probe

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"syscall"
)

// serverAttr starts a server in a process group of its own, as nobody if it is
// to drop the test's rights, and ends it with the test however that ends.
func serverAttr(drop bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if drop {
		attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return attr
}

// signalGroup signals a process and all of its group.
func signalGroup(p *os.Process, s syscall.Signal) { syscall.Kill(-p.Pid, s) }

// isTaken reports whether somebody waits at a port. The kernel is asked, and
// not the server, because some count who comes and says nothing; nor by a bind,
// which would take the port from a server that comes just then.
func isTaken(at netip.AddrPort, udp bool) bool {
	tables, waits := []string{"tcp", "tcp6"}, "0A" // TCP_LISTEN of the kernel's tcp_states.h
	if udp {
		tables, waits = []string{"udp", "udp6"}, "07" // TCP_CLOSE, which stands for a socket without peer
	}
	port := fmt.Sprintf(":%04X", at.Port())
	for _, table := range tables {
		f, err := os.Open("/proc/self/net/" + table)
		if err != nil {
			continue
		}
		defer f.Close()
		for rows := bufio.NewScanner(f); rows.Scan(); {
			if row := strings.Fields(rows.Text()); len(row) > 3 && strings.HasSuffix(row[1], port) && row[3] == waits {
				return true
			}
		}
	}
	return false
}
