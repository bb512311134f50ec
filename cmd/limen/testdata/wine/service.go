//go:build windows

// Command service is a Windows service that listens at an address until it is
// stopped.
package main

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
)

func main() {
	if err := svc.Run("", service{}); err != nil {
		os.Exit(1)
	}
}

type service struct{}

func (service) Execute(_ []string, asked <-chan svc.ChangeRequest, is chan<- svc.Status) (bool, uint32) {
	l, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		return false, uint32(err.(*net.OpError).Err.(*os.SyscallError).Err.(syscall.Errno))
	}
	defer l.Close()
	// Wine names who holds a socket only once it was used.
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err != nil {
		return false, 1
	}
	raw.Control(func(fd uintptr) {
		windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_KEEPALIVE, 1)
	})
	is <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for a := range asked {
		switch a.Cmd {
		case svc.Interrogate:
			is <- a.CurrentStatus
		case svc.Stop, svc.Shutdown:
			return false, 0
		}
	}
	return false, 0
}
