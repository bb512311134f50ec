package sockets

import (
	"net"
	"net/netip"

	"github.com/limenhq/limen"
)

// Interfaces returns the interfaces that are up, with their addresses.
func (r Reader) Interfaces() ([]limen.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	internal, err := bridges(r)
	if err != nil {
		return nil, err
	}
	var up []limen.Interface
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it went away since
		}
		li := limen.Interface{Name: i.Name, Internal: internal[i.Name]}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			if addr, ok := netip.AddrFromSlice(n.IP); ok {
				li.Addresses = append(li.Addresses, addr.Unmap())
			}
		}
		up = append(up, li)
	}
	return up, nil
}
