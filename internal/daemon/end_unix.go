//go:build unix

package daemon

import (
	"os"
	"syscall"
)

// askToEnd tells a process to end, also one that was stopped: it goes on to hear
// that (signal(7)).
func askToEnd(p *os.Process) error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Signal(syscall.SIGCONT)
}
