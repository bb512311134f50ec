package relay

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestAProjectHasTheSameAddressEachTime(t *testing.T) {
	first, err := Address("/home/ada/shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := netip.MustParseAddr("127.77.247.106"); first != want { // kept by those who have written it down
		t.Errorf("it is %v; want %v", first, want)
	}
	second, err := Address("/home/ada/shop", func(a netip.Addr) bool { return a == first })
	if err != nil || second == first {
		t.Errorf("beside another that has it: %v, %v", second, err)
	}
}

func TestEveryAddressIsUsedAndNoneThatLooksLikeANetwork(t *testing.T) {
	taken := map[netip.Addr]bool{}
	for i := range 256 * usable {
		a, err := Address(fmt.Sprint("project ", i), func(a netip.Addr) bool { return taken[a] })
		if err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
		last := a.As4()[3]
		if taken[a] || !Range.Contains(a) || last < 2 || last == 255 || a == elsewhere {
			t.Fatalf("the address %v", a)
		}
		taken[a] = true
	}
	if a, err := Address("one more", func(a netip.Addr) bool { return taken[a] }); err == nil {
		t.Errorf("one more got %v", a)
	}
}

func TestAddressesOfLoopbackNeedNothingWhereAllAreThere(t *testing.T) {
	a := netip.MustParseAddr("127.77.3.4")
	if g := Missing(a); (g != nil) != (alias(a) != "") {
		t.Errorf("%+v", g)
	}
}
