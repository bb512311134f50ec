package nettest

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// raiseLoopback brings loopback up in the calling thread's network; in a new
// one it is down (network_namespaces(7)).
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, req); err != nil {
		return fmt.Errorf("cannot ask for the flags of loopback: %w", err)
	}
	req.SetUint16(req.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		return fmt.Errorf("cannot bring loopback up: %w", err)
	}
	return nil
}

// interfaceKinds are kinds of interface that lead nowhere, best first. Not
// every kernel has the first; the second comes with a peer that stays down. A
// bridge would not do: it counts as leading to containers.
var interfaceKinds = []string{"dummy", "veth"}

// Address gives the test's network an address such as "10.1.2.3/24", on an
// interface of its own that leads nowhere. It needs a private network.
func Address(t testing.TB, prefix string) netip.Addr {
	t.Helper()
	NeedPrivate(t)
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := dialRoute()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kernel.Close() })

	// Named for the address, as interface names are short and must differ.
	name := fmt.Sprintf("to%x", p.Addr().AsSlice())
	name = name[:min(len(name), unix.IFNAMSIZ-1)]
	for _, kind := range interfaceKinds {
		err = kernel.addInterface(name, kind)
		if !errors.Is(err, unix.EOPNOTSUPP) {
			break
		}
	}
	if err != nil {
		t.Fatalf("cannot add an interface for %s: %v", prefix, err)
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := kernel.removeInterface(i.Index); err != nil {
			t.Errorf("cannot remove the interface of %s: %v", prefix, err)
		}
	})
	if err := kernel.addAddress(i.Index, p); err != nil {
		t.Fatalf("cannot add the address %s: %v", prefix, err)
	}
	return p.Addr()
}
