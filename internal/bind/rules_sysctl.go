package bind

import (
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// A sysctl is one number that macOS or FreeBSD keeps among its settings.
type sysctl struct {
	name, what string
	set        func(r *Rules, n uint32)
}

// portRange are the ephemeral ports of both systems (ip(4) of FreeBSD,
// IP_PORTRANGE_DEFAULT; in_pcb.c of xnu). A range that ends before it begins is
// counted down in the kernel, and is the same numbers.
var portRange = []sysctl{
	{"net.inet.ip.portrange.first", "the ports given out to outgoing connections", func(r *Rules, n uint32) { r.Ephemeral.From = port(n) }},
	{"net.inet.ip.portrange.last", "the ports given out to outgoing connections", func(r *Rules, n uint32) {
		r.Ephemeral.To = port(n)
		if r.Ephemeral.To < r.Ephemeral.From {
			r.Ephemeral.From, r.Ephemeral.To = r.Ephemeral.To, r.Ephemeral.From
		}
	}},
}

// port bounds a setting to what a port can be.
func port(n uint32) uint16 { return uint16(min(n, 1<<16-1)) }

// readSysctls reads settings by get. What a system does not know is a rule
// that it does not have.
func readSysctls(r *Rules, all []sysctl, get func(string) (uint32, error), missing error) (gaps []limen.Gap) {
	for _, s := range all {
		n, err := get(s.name)
		switch {
		case err == nil:
			s.set(r, n)
		case !errors.Is(err, missing):
			gaps = append(gaps, limen.Gap{What: s.what, Why: fmt.Sprintf("%s: %v", s.name, err)})
		}
	}
	if r.Ephemeral.From == 0 || r.Ephemeral.To == 0 {
		r.Ephemeral = limen.PortRange{} // half of it is none
	}
	return gaps
}

// bsdSettings are what FreeBSD has besides.
var bsdSettings = []sysctl{
	// The last port that takes rights, 1023 unless somebody changed it; 0
	// means that none does (ip(4)).
	{"net.inet.ip.portrange.reservedhigh", "the first port that takes no rights to bind", func(r *Rules, n uint32) {
		if n > 0 && n < 1<<16-1 { // else all do, or the number is no port
			r.Unprivileged = port(n + 1)
		}
	}},
	// A jail without a network of its own shares ports with its host, and
	// does not see who has them there (jail(8)).
	{"security.jail.jailed", "whether this is a jail", func(r *Rules, n uint32) { r.InJail = n != 0 }},
	{"security.jail.vnet", "whether this jail has a network of its own", func(r *Rules, n uint32) { r.InJail = r.InJail && n == 0 }},
}
