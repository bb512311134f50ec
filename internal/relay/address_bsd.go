//go:build darwin || freebsd

package relay

import "net/netip"

// alias is the command that gives an address to the loopback interface
// (ifconfig(8)).
func alias(a netip.Addr) string { return "sudo ifconfig lo0 alias " + a.String() + "/32" }
