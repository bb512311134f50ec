package sockets

import (
	"encoding/binary"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// containerPorts are the kinds of interface by which containers and virtual
// machines are connected to a bridge (IFLA_INFO_KIND of rtnetlink(7)). A
// network card has no kind at all.
var containerPorts = map[string]bool{"veth": true, "tun": true, "macvtap": true}

// bridges returns the bridges that lead only to containers and virtual
// machines of this machine: those without any other port. The kernel is asked
// by netlink, because sysfs shows the namespace it was mounted in.
func bridges(Reader) (map[string]bool, error) {
	reply, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("interfaces: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(reply)
	if err != nil {
		return nil, fmt.Errorf("interfaces: %w", err)
	}
	internal := map[string]bool{}
	names := map[uint32]string{} // of bridges
	var ports []link
	for _, m := range messages {
		l, ok := parseLink(m.Data)
		if !ok || m.Header.Type != unix.RTM_NEWLINK {
			continue
		}
		if l.kind == "bridge" {
			internal[l.name], names[l.index] = true, l.name
		}
		if l.master != 0 && !containerPorts[l.kind] {
			ports = append(ports, l)
		}
	}
	for _, p := range ports {
		if bridge, ok := names[p.master]; ok {
			internal[bridge] = false
		}
	}
	return internal, nil
}

// A link is what of an interface matters here.
type link struct {
	index, master uint32
	name, kind    string
}

// parseLink reads struct ifinfomsg and its attributes (rtnetlink(7)).
func parseLink(b []byte) (l link, ok bool) {
	if len(b) < unix.SizeofIfInfomsg {
		return l, false
	}
	l.index = binary.NativeEndian.Uint32(b[4:])
	for kind, value := range attributes(b[unix.SizeofIfInfomsg:]) {
		switch kind {
		case unix.IFLA_IFNAME:
			l.name = unix.ByteSliceToString(value)
		case unix.IFLA_MASTER:
			if len(value) >= 4 {
				l.master = binary.NativeEndian.Uint32(value)
			}
		case unix.IFLA_LINKINFO:
			for kind, value := range attributes(value) {
				if kind == unix.IFLA_INFO_KIND {
					l.kind = unix.ByteSliceToString(value)
				}
			}
		}
	}
	return l, l.name != ""
}
