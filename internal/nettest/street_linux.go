package nettest

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// Street is Address in a network where machines can ask for each other's names:
// interfaces that lead nowhere lack IFF_MULTICAST (drivers/net/dummy.c).
func Street(t testing.TB, prefix string) netip.Addr {
	t.Helper()
	address := Address(t, prefix)
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(i net.Interface) bool {
		addresses, _ := i.Addrs()
		return slices.ContainsFunc(addresses, func(a net.Addr) bool { return a.String() == prefix })
	})
	if at < 0 {
		t.Fatalf("there is no interface with %s", prefix)
	}
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq(all[at].Name)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCGIFFLAGS, request); err != nil {
		t.Fatal(err)
	}
	request.SetUint16(request.Uint16() | unix.IFF_MULTICAST)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request); err != nil {
		t.Fatal(err)
	}
	return address
}
