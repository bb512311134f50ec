package sockets

import (
	"bytes"
	"encoding/binary"
)

// A link is what of a network interface matters here.
type link struct {
	index, master uint32
	name, kind    string
}

// containerPorts are the kinds of interface by which containers and virtual
// machines are connected to a bridge. A network card has no kind at all.
var containerPorts = map[string]bool{"veth": true, "tun": true, "macvtap": true}

// internalBridges returns the bridges that lead only to containers and virtual
// machines of this machine: those without any other port.
func internalBridges(links []link) map[string]bool {
	internal := map[string]bool{}
	names := map[uint32]string{}
	for _, l := range links {
		if l.kind == "bridge" {
			internal[l.name], names[l.index] = true, l.name
		}
	}
	for _, l := range links {
		if bridge, ok := names[l.master]; ok && !containerPorts[l.kind] {
			internal[bridge] = false
		}
	}
	return internal
}

// Numbers of include/uapi/linux/if_link.h.
const (
	linkHeaderSize = 16 // struct ifinfomsg
	linkName       = 3  // IFLA_IFNAME
	linkMaster     = 10 // IFLA_MASTER
	linkInfo       = 18 // IFLA_LINKINFO
	linkInfoKind   = 1  // IFLA_INFO_KIND
)

// parseLink reads struct ifinfomsg and its attributes (rtnetlink(7)).
func parseLink(b []byte) (l link, ok bool) {
	if len(b) < linkHeaderSize {
		return l, false
	}
	l.index = binary.NativeEndian.Uint32(b[4:])
	for kind, value := range attributes(b[linkHeaderSize:]) {
		switch {
		case kind == linkName:
			l.name = text(value)
		case kind == linkMaster && len(value) >= 4:
			l.master = binary.NativeEndian.Uint32(value)
		case kind == linkInfo:
			for kind, value := range attributes(value) {
				if kind == linkInfoKind {
					l.kind = text(value)
				}
			}
		}
	}
	return l, l.name != ""
}

// text reads a string that ends with a zero byte, or with its attribute.
func text(b []byte) string {
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(b)
}
