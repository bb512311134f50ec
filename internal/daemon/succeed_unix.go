//go:build unix

package daemon

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/limenhq/limen/internal/wire"
)

// bequeath starts a program as the daemon after this one, with what this one has
// open. os/exec is of no use: it makes descriptors blocking, and with them the
// sockets at which this daemon waits (os.File.Fd).
func (d *daemon) bequeath(program string) (*successor, error) {
	socket, lock, err := wire.Descriptors(d.listener)
	if err != nil {
		return nil, err
	}
	said, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer out.Close() // the successor has its own
	nowhere, err := os.Open(os.DevNull)
	if err != nil {
		said.Close()
		return nil, err
	}
	defer nowhere.Close()
	files := []uintptr{nowhere.Fd(), out.Fd(), os.Stderr.Fd(), socket, lock}
	elders := d.living()
	for _, r := range elders {
		files = append(files, r.out.Fd())
	}
	for _, g := range d.gates {
		fd, err := descriptor(g.Listener)
		if err != nil {
			said.Close()
			return nil, err
		}
		files = append(files, fd)
	}
	text, err := json.Marshal(legacy{Elders: len(elders), Doors: d.doors, DNS: d.host.DNS()})
	if err != nil {
		said.Close()
		return nil, err
	}
	env := slices.DeleteFunc(d.config.environ(), func(v string) bool { return strings.HasPrefix(v, willKey+"=") })
	pid, err := syscall.ForkExec(program, d.terms.arguments(program), &syscall.ProcAttr{
		Dir: root(program), Env: append(env, willKey+"="+string(text), reportKey+"=1"), Files: files, Sys: detached,
	})
	if err != nil {
		said.Close()
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		said.Close()
		return nil, err
	}
	return &successor{process, said, json.NewDecoder(said)}, nil
}

// living returns the reports to the daemons before this one that carry
// connections still.
func (d *daemon) living() (all []*report) {
	for _, r := range d.before() {
		if r.isHeard() && len(all) < mostElders {
			all = append(all, r)
		}
	}
	return all
}

// descriptor is that of a listener, which stays its own.
func descriptor(l net.Listener) (fd uintptr, err error) {
	if outer, ok := l.(interface{ Unwrap() net.Listener }); ok {
		l = outer.Unwrap()
	}
	s, ok := l.(syscall.Conn)
	if !ok {
		return 0, fmt.Errorf("a door that is %T cannot be handed over", l)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = raw.Control(func(it uintptr) { fd = it })
	return fd, err
}
