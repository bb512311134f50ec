package resolve

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// Label is what a name is called in the local network: the first label of
// shop.localhost, so that it becomes shop.local.
func Label(name string) string {
	label, _, _ := strings.Cut(strings.TrimPrefix(name, "*."), ".")
	return strings.ReplaceAll(label, "_", "-") // RFC 952: a host has none in its name
}

// A firewall is one that may keep the devices of the network out. limen reads
// whether it is there, and changes nothing.
type firewall struct {
	name    string
	file    string // the pattern of one that says so
	says    string // what stands in it then, in a line without space at its ends; empty if the file alone is enough
	command string // for a port
}

// firewalls are all that are looked for; the first one counts. Rules that stand in
// the kernel alone are not seen: only root may read them (nfnetlink(7)).
var firewalls = []firewall{
	{"ufw", "/etc/ufw/ufw.conf", "ENABLED=yes", "sudo ufw allow %d/tcp && sudo ufw allow 5353/udp"},
	{"firewalld", "/run/firewalld*", "", "sudo firewall-cmd --add-port=%d/tcp --add-service=mdns"},
	{"nftables", "/etc/nftables.conf", "policy drop;", "sudo nft insert rule inet filter input tcp dport %d accept"},
}

// Obstacles says what may keep the devices of the network from using a name at a
// port. The function reports whether the authority signs for a name; nil means
// that HTTPS is not meant.
func (m Machine) Obstacles(name string, port uint16, isSigned func(string) bool) (gaps []limen.Gap) {
	local := Label(name) + ".local"
	if isSigned != nil && !isSigned(local) {
		gaps = append(gaps, limen.Gap{
			What: "HTTPS for " + local, Why: "the authority of this machine does not sign for names below .local",
			Next: "use http://" + local + ", or make an authority that does",
		})
	}
	q := question{Machine: m}
	for _, f := range firewalls {
		if !f.isOn(&q) {
			continue
		}
		return append(gaps, limen.Gap{
			What: fmt.Sprintf("whether other devices reach port %d", port), Why: "a firewall (" + f.name + ") may keep them out",
			Next: fmt.Sprintf(f.command, port),
		})
	}
	return gaps
}

func (f firewall) isOn(q *question) bool {
	if files, err := filepath.Glob(q.at(f.file)); err != nil || len(files) == 0 {
		return false
	}
	if f.says == "" {
		return true
	}
	for line := range strings.Lines(q.read(f.file)) {
		line = strings.TrimSpace(line)
		if line == f.says || strings.Contains(line, "hook input") && strings.Contains(line, f.says) {
			return true
		}
	}
	return false
}
