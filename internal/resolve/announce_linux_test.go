package resolve

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
	"github.com/pion/mdns/v2"
)

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
	at := []netip.Addr{nettest.Street(t, "10.1.2.3/24")}
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
	at := []netip.Addr{nettest.Street(t, "10.1.2.3/24")}
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
	at := []netip.Addr{nettest.Street(t, "10.1.2.3/24")}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if name, err := Announce(gone, "shop", at); err == nil {
		t.Errorf("for nobody: %v", name)
		name.Close()
	}
}
