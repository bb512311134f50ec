package bind

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/limenhq/limen"
)

func TestSettingsBecomeRules(t *testing.T) {
	const first, last = "net.inet.ip.portrange.first", "net.inet.ip.portrange.last"
	const high = "net.inet.ip.portrange.reservedhigh"
	dynamic := limen.PortRange{From: 49152, To: 65535}
	missing, odd := errors.New("no such setting"), errors.New("odd")
	for _, tt := range []struct {
		name string
		has  map[string]uint32
		want Rules
		gaps int
	}{
		{"as macOS has them", map[string]uint32{first: 49152, last: 65535}, Rules{Ephemeral: dynamic}, 0},
		{"counted down", map[string]uint32{first: 65535, last: 49152}, Rules{Ephemeral: dynamic}, 0},
		{"as FreeBSD has them", map[string]uint32{first: 10000, last: 65535, high: 1023},
			Rules{Ephemeral: limen.PortRange{From: 10000, To: 65535}, Unprivileged: 1024}, 0},
		{"no low port takes rights", map[string]uint32{high: 0}, Rules{}, 0},
		{"a jail", map[string]uint32{"security.jail.jailed": 1, "security.jail.vnet": 0}, Rules{InJail: true}, 0},
		{"a jail with a network of its own", map[string]uint32{"security.jail.jailed": 1, "security.jail.vnet": 1}, Rules{}, 0},
		{"half a range is none", map[string]uint32{first: 49152}, Rules{}, 0},
		{"numbers that are no ports", map[string]uint32{first: 49152, last: 1 << 20, high: 1<<32 - 1},
			Rules{Ephemeral: dynamic}, 0},
		{"none", nil, Rules{}, 0},
		{"one that cannot be read", map[string]uint32{"odd": 0}, Rules{}, 5},
	} {
		get := func(name string) (uint32, error) {
			if _, all := tt.has["odd"]; all {
				return 0, odd
			}
			if n, ok := tt.has[name]; ok {
				return n, nil
			}
			return 0, missing
		}
		var got Rules
		gaps := readSysctls(&got, slices.Concat(portRange, bsdSettings), get, missing)
		if diff := cmp.Diff(tt.want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" || len(gaps) != tt.gaps {
			t.Errorf("%s (-want +got):\n%s%d gaps, want %d", tt.name, diff, len(gaps), tt.gaps)
		}
	}
}
