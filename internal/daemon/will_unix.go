//go:build unix

package daemon

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
)

// inherited returns what was open already, and takes it out of the environment,
// so that no program that the daemon starts takes it for its own.
func (c Config) inherited() (w will, err error) {
	if text := c.getenv(willKey); text != "" {
		os.Unsetenv(willKey)
		l, err := parseLegacy(text)
		if err != nil {
			return w, err
		}
		w.isHeir, w.socket, w.lock, w.dns = true, firstLegacy, firstLegacy+1, l.DNS
		fd := firstLegacy + 2
		for range l.Elders {
			syscall.CloseOnExec(fd)
			w.elders = append(w.elders, &report{out: os.NewFile(uintptr(fd), "elder")})
			fd++
		}
		for _, d := range l.Doors {
			d.Grant = limen.GrantInherited
			w.add(fd, d)
			fd++
		}
		return w, nil
	}
	// sd_listen_fds(3); launchd hands its sockets to launch_activate_socket
	// alone, which is C.
	pid, count, names := c.getenv("LISTEN_PID"), c.getenv("LISTEN_FDS"), c.getenv("LISTEN_FDNAMES")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	n, err := strconv.Atoi(count)
	if pid != strconv.Itoa(os.Getpid()) || err != nil || n > mostDoors {
		return w, nil // they are another's
	}
	named := strings.Split(names, ":")
	for i := range n {
		d := limen.Door{Grant: limen.GrantManager}
		if i < len(named) {
			d.Usual = usualNamed(named[i])
		}
		w.add(firstLegacy+i, d)
	}
	return w, nil
}

// add takes a descriptor. What is no socket that listens is closed.
func (w *will) add(fd int, d limen.Door) {
	f := os.NewFile(uintptr(fd), "door")
	if f == nil {
		return
	}
	defer f.Close() // net has one of its own
	if l, err := net.FileListener(f); err == nil {
		w.doors = append(w.doors, host.Handed{Listener: l, Door: d})
	}
}
