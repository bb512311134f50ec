package bind

import (
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"

	"github.com/limenhq/limen"
)

// readNative reads the rules of this machine.
//
// Two are left out, because nothing documented tells them: the ports that are
// given out to outgoing connections, and the excluded ranges. Of the second a
// bind is proof enough, see refusals. LookupPersistentTcpPortReservation knows
// only ranges whose ends one knows, and none that winnat makes at each start.
//
// Unprivileged is zero because every user may bind every port.
var readNative = func() (r Rules, gaps []limen.Gap) {
	gaps = append(gaps, limen.Gap{
		What: "the ports given out to outgoing connections",
		Why:  "the system has no documented way to ask; unless someone changed it they are 49152-65535",
		Next: "netsh int ipv4 show dynamicport tcp",
	})
	text, err := readHosts()
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = parseHosts(&r, text)
	}
	if err != nil {
		gaps = append(gaps, limen.Gap{What: "what the name localhost means here", Why: err.Error()})
	}
	if len(r.Localhost) == 0 {
		// The resolver knows the name by itself, as the file's first lines
		// say, and answers in the order of RFC 6724.
		r.Localhost = []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return r, gaps
}

// readHosts reads the hosts file, of which anything past maxRuleFile is not
// about localhost.
func readHosts() (string, error) {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		return "", err
	}
	f, err := os.Open(filepath.Join(dir, "drivers", "etc", "hosts"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRuleFile))
	return string(b), err
}
