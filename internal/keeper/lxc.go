package keeper

import (
	"os"
	"path"
	"strings"

	"github.com/limenhq/limen"
)

// lxcHomes are where LXC and those who build on it keep a container, and with
// what they stop it. Only the place tells them apart: their control groups
// have the same names.
var lxcHomes = []struct{ dir, stop string }{
	{"/var/lib/lxc/", "sudo lxc-stop -n "},
	{"/var/lib/incus/containers/", "incus stop "},
	{"/var/lib/lxd/containers/", "lxc stop "},
	{"/var/snap/lxd/common/lxd/containers/", "lxc stop "},
}

// lxcFile returns where the container is kept, empty if that may not be seen.
func (f *Finder) lxcFile(name string) string {
	if name == "." || name == ".." || strings.Contains(name, "/") {
		return ""
	}
	for _, home := range lxcHomes {
		file := path.Join(f.Root, home.dir, name)
		if _, err := os.Lstat(file); err == nil {
			return file
		}
	}
	return ""
}

// stopLXC returns the command that stops a container, empty if it is not
// known who keeps it.
func stopLXC(k limen.Keeper) string {
	for _, home := range lxcHomes {
		if strings.HasSuffix(k.File, home.dir+k.Name) {
			return home.stop
		}
	}
	return ""
}
