//go:build darwin || freebsd

package bind

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// readNative reads the rules of this machine. Root is who may bind low ports,
// whatever a policy module of the kernel says besides (mac_portacl(4)).
var readNative = func() (r Rules, gaps []limen.Gap) {
	r = lowPorts
	r.MayBindLow = os.Geteuid() == 0
	gaps = readSysctls(&r, settings, unix.SysctlUint32, unix.ENOENT)
	text, err := System{}.read("etc/hosts")
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = parseHosts(&r, text)
	}
	if err != nil {
		gaps = append(gaps, limen.Gap{What: "what the name localhost means here", Why: err.Error()})
	}
	return r, gaps
}
