package resolve

import (
	"net/netip"
	"strings"
)

// mostServers is how many name servers are asked (MAXNS of resolv.h).
const mostServers = 3

// parseResolvConf reads which name servers are asked (resolv.conf(5)). Where none
// is named it is the one of this machine.
func parseResolvConf(file string) (servers []netip.Addr) {
	for line := range strings.Lines(file) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "nameserver" || len(servers) == mostServers {
			continue
		}
		if a, err := netip.ParseAddr(fields[1]); err == nil {
			servers = append(servers, a.Unmap())
		}
	}
	if servers == nil {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return servers
}
