//go:build linux || darwin || freebsd

package run

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A program that sockets are handed to must find its own PID in LISTEN_PID
// (sd_listen_fds(3)), which nobody knows before it is there. So limen's own
// file goes between: it says the PID, and becomes the program.

// startShim starts a program by way of a shim, and waits until it is one.
func (l launch) startShim(fds []uintptr) (pid int, err error) {
	var report [2]int
	syscall.ForkLock.RLock()
	err = unix.Pipe(report[:])
	if err == nil {
		unix.CloseOnExec(report[0])
		unix.CloseOnExec(report[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return 0, err
	}
	defer unix.Close(report[0])
	pid, err = syscall.ForkExec(l.shim, l.arguments, &syscall.ProcAttr{
		Dir: l.directory, Env: append(l.environment, shimKey+"="+l.path),
		Files: append(fds, uintptr(report[1])), Sys: l.attributes(),
	})
	unix.Close(report[1])
	if err != nil {
		return 0, err
	}
	// The pipe closes when the shim becomes the program, or ends.
	var errno [4]byte
	for {
		n, err := unix.Read(report[0], errno[:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case n < len(errno):
			return pid, nil
		}
		unix.Wait4(pid, nil, 0, nil)
		return 0, syscall.Errno(binary.LittleEndian.Uint32(errno[:]))
	}
}

// shim becomes the program whose file is path. It returns only if it cannot.
func shim(path string, environ []string) error {
	listen, _ := variable(environ, "LISTEN_FDS")
	sockets, err := strconv.Atoi(listen)
	if err != nil || sockets < 1 || sockets > mostSockets {
		return fmt.Errorf("%s is for limen itself, which gives sockets with it", shimKey)
	}
	report := 3 + sockets
	unix.CloseOnExec(report)
	env := make([]string, 0, len(environ)+1)
	for _, v := range environ {
		if !strings.HasPrefix(v, shimKey+"=") {
			env = append(env, v)
		}
	}
	err = syscall.Exec(path, os.Args, append(env, "LISTEN_PID="+strconv.Itoa(os.Getpid())))
	var errno syscall.Errno
	if errors.As(err, &errno) {
		unix.Write(report, binary.LittleEndian.AppendUint32(nil, uint32(errno)))
	}
	return err
}
