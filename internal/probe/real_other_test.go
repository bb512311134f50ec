//go:build !linux

package probe

import (
	"net"
	"net/netip"
	"os"
	"syscall"
)

func serverAttr(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

func signalGroup(p *os.Process, _ syscall.Signal) { p.Kill() }

// isTaken reports whether somebody has a port, by trying to take it.
func isTaken(at netip.AddrPort, udp bool) bool {
	var c interface{ Close() error }
	var err error
	if udp {
		c, err = net.ListenPacket("udp", at.String())
	} else {
		c, err = net.Listen("tcp", at.String())
	}
	if err != nil {
		return true
	}
	c.Close()
	return false
}
