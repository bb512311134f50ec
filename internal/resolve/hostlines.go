package resolve

import (
	"net/netip"
	"slices"
	"strings"
)

// A hostLine is one line of a file of hosts (hosts(5)).
type hostLine struct {
	address netip.Addr
	names   []string
}

// parseHosts reads a file of hosts. Lines that say nothing are left out.
func parseHosts(file string) (all []hostLine) {
	for line := range strings.Lines(file) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if a, err := netip.ParseAddr(fields[0]); err == nil {
			all = append(all, hostLine{a.Unmap().WithZone(""), fields[1:]})
		}
	}
	return all
}

// addressesOf are the addresses that lines have for a name.
func addressesOf(lines []hostLine, name string) (all []netip.Addr) {
	for _, l := range lines {
		isNamed := slices.ContainsFunc(l.names, func(n string) bool { return strings.EqualFold(strings.TrimSuffix(n, "."), name) })
		if isNamed && !slices.Contains(all, l.address) {
			all = append(all, l.address)
		}
	}
	return all
}
