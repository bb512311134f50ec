package probe

import "github.com/limenhq/limen"

// These answer no stranger, or only one who asks for an address: nothing is
// sent to them, and what is said of them is guessed from their owner.
var (
	// WireGuard answers those alone whose key it knows (WireGuard: Next
	// Generation Kernel Network Tunnel, §5.1, "Silence is a Virtue").
	WireGuard = Probe{
		Name:      "wireguard",
		Transport: limen.UDP,
		Programs:  []string{"wireguard-go", "wireguard", "boringtun", "boringtun-cli", "tailscaled"},
		Speak:     saysNothing,
	}

	// DHCP answers whoever wants an address, and would keep one for us.
	DHCP = Probe{
		Name:      "dhcp",
		Transport: limen.UDP,
		Programs:  []string{"dhcpd", "kea-dhcp4", "kea-dhcp6", "udhcpd", "dhclient", "dhcpcd", "udhcpc", "systemd-networkd"},
		Speak:     saysNothing,
	}
)

func saysNothing(*Conn) (limen.Service, bool) { return limen.Service{}, false }
