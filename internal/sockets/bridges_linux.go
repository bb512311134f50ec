package sockets

import (
	"errors"
	"io/fs"
	"os"
)

// bridges returns the bridges that lead only to containers and virtual
// machines: those of which no port is a device of the machine's own. A
// network card, a wireless one and a bond over them have a device beneath
// them or are made of such; veth and tap, by which containers and virtual
// machines are connected, have none (Documentation/ABI/testing/sysfs-class-net).
func bridges(r Reader) (map[string]bool, error) {
	class := r.sys() + "/class/net/"
	names, err := os.ReadDir(class)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // sysfs is not mounted, as in some containers
	}
	if err != nil {
		return nil, err
	}
	internal := map[string]bool{}
	for _, n := range names {
		bridge := class + n.Name()
		if !exists(bridge + "/bridge") {
			continue
		}
		internal[n.Name()] = true
		ports, _ := os.ReadDir(bridge + "/brif")
		for _, p := range ports {
			port := class + p.Name()
			if exists(port+"/device") || exists(port+"/bonding") || exists(port+"/phy80211") {
				internal[n.Name()] = false
			}
		}
	}
	return internal, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
