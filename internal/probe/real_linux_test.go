package probe

import (
	"os"
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
