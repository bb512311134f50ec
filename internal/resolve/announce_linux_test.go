package resolve

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
	"github.com/pion/mdns/v2"
	"golang.org/x/sys/unix"
)

// neighbourhood gives the test's network an interface on which machines ask for
// each other's names, and returns this machine's address there.
func neighbourhood(t *testing.T) []netip.Addr {
	t.Helper()
	address := nettest.Address(t, "10.1.2.3/24")
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if addresses, _ := i.Addrs(); len(addresses) > 0 && addresses[0].String() == "10.1.2.3/24" {
			allowMulticast(t, i.Name)
			return []netip.Addr{address}
		}
	}
	t.Fatal("the new interface is not there")
	return nil
}

// allowMulticast sets IFF_MULTICAST, which interfaces that lead nowhere lack
// (drivers/net/dummy.c).
func allowMulticast(t *testing.T, name string) {
	t.Helper()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq(name)
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
}

// resolve asks the network for a name, as a phone would.
func find(t *testing.T, at []netip.Addr, name string) netip.Addr {
	t.Helper()
	faces, err := faces(at)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := join(faces, mdns.WithQueryInterval(probing/3))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, address, err := conn.QueryAddr(t.Context(), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return address.WithZone("")
}

func TestAnAnnouncedNameLeadsToThisMachine(t *testing.T) {
	at := neighbourhood(t)
	name, err := Announce(t.Context(), "shop", at)
	if err != nil {
		t.Fatal(err)
	}
	if name.String() != "shop.local" {
		t.Errorf("it got the name %s", name)
	}
	if got := find(t, at, "shop.local"); got != at[0] {
		t.Errorf("shop.local is %v; want %v", got, at[0])
	}
	// Another folder of the same name, served by this machine too, is no stranger.
	second, err := Announce(t.Context(), "shop", at)
	if err != nil {
		t.Fatal(err)
	}
	if second.String() != "shop.local" {
		t.Errorf("the second folder got the name %s", second)
	}
	for _, n := range []*LocalName{name, second} {
		if err := n.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestANameOfAnotherMachineIsLeftToIt(t *testing.T) {
	at := neighbourhood(t)
	there, err := faces(at)
	if err != nil {
		t.Fatal(err)
	}
	other, err := join(there, mdns.WithLocalNames("shop.local"), mdns.WithLocalAddress(net.IPv4(10, 1, 2, 99)))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	name, err := Announce(t.Context(), "shop", at)
	if err != nil {
		t.Fatal(err)
	}
	defer name.Close()
	if name.String() != "shop-2.local" {
		t.Errorf("it got the name %s; another machine has shop.local", name)
	}
}

func TestANameNeedsANetworkAndSomebodyWhoWaits(t *testing.T) {
	if _, err := Announce(t.Context(), "shop", nil); err != errNoFace {
		t.Errorf("without a network: %v", err)
	}
	at := neighbourhood(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if name, err := Announce(gone, "shop", at); err == nil {
		t.Errorf("for nobody: %v", name)
		name.Close()
	}
}
