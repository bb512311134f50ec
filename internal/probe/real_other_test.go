//go:build !linux

package probe

import (
	"os"
	"syscall"
)

func serverAttr(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

func signalGroup(p *os.Process, _ syscall.Signal) { p.Kill() }
