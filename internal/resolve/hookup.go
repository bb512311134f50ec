package resolve

import (
	"fmt"
	"net/netip"
	"os"
	"path"
	"path/filepath"
)

// A hookup is how a system that looks up names is told to ask limen's responder
// for those below a suffix, and it alone: by a file.
type hookup struct {
	system string
	sign   string // the pattern of a path that is there if this system is
	file   string // for a suffix
	text   string // for a server's address, its port, and the suffix
	after  string // what makes the system read it
}

// hookups are all of them; the first one that a machine has is meant. Where none
// fits there is the file of hosts. Windows is not here: what it asks by suffix
// (NRPT) it asks at port 53 alone.
//
// systemd-resolved takes no server for the loopback interface
// (resolved-link-bus.c, verify_unmanaged_link), so it gets one beside those of
// the interfaces. It then asks limen about every name, and the server of the
// network about all but those below the suffix: limen refuses what is not its
// own, and the other answer counts. Where resolved.conf names a server for all
// names already, that one is asked, and limen is not.
var hookups = []hookup{
	{ // resolved.conf(5)
		"systemd-resolved", resolvedSocket, "/etc/systemd/resolved.conf.d/limen-%s.conf",
		`[Resolve]\nDNS=%[1]v:%[2]d\nDomains=~%[3]s\n`, "sudo systemctl restart systemd-resolved",
	},
	{ // resolver(5)
		"macOS", "/System/Library/CoreServices", "/etc/resolver/%s",
		`nameserver %[1]v\nport %[2]d\n`, "",
	},
	{ // NetworkManager.conf(5), dns=dnsmasq; the file is PIDFILE of nm-dns-dnsmasq.c
		"NetworkManager", "/run/NetworkManager/dnsmasq.pid", "/etc/NetworkManager/dnsmasq.d/limen-%s.conf",
		`server=/%[3]s/%[1]v#%[2]d\n`, "sudo systemctl reload NetworkManager",
	},
	{ // dnsmasq(8), --server
		"dnsmasq", "/run/dnsmasq*", "/etc/dnsmasq.d/limen-%s.conf",
		`server=/%[3]s/%[1]v#%[2]d\n`, "sudo systemctl restart dnsmasq",
	},
}

// Hookup is the command after which this machine asks limen's responder for
// names below a suffix. It is empty if there is no responder, or no such command.
func (m Machine) Hookup(suffix string) string {
	if !m.Server.IsValid() {
		return ""
	}
	for _, h := range hookups {
		if files, err := filepath.Glob(m.at(h.sign)); err == nil && len(files) > 0 {
			return h.command(m.Server, suffix)
		}
	}
	return ""
}

func (h hookup) command(server netip.AddrPort, suffix string) string {
	file := fmt.Sprintf(h.file, suffix)
	text := fmt.Sprintf(h.text, server.Addr(), server.Port(), suffix)
	c := fmt.Sprintf("sudo mkdir -p %s && printf '%s' | sudo tee %s", path.Dir(file), text, file)
	if h.after != "" {
		c += " && " + h.after
	}
	return c
}

// isHookedUp reports whether a person has done so for the suffix of the name: its
// questions then go to limen, and to nobody else.
func (q *question) isHookedUp() bool {
	for _, h := range hookups {
		if _, err := os.Stat(q.at(fmt.Sprintf(h.file, suffixOf(q.host)))); err == nil {
			return true
		}
	}
	return false
}
