package serve

import (
	"slices"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

func TestTheCardsOfThisMachineAreRead(t *testing.T) {
	want := nettest.Address(t, "10.1.2.3/24")
	got, err := Cards()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(got, func(c Card) bool { return slices.Contains(c.Addresses, want) }) {
		t.Errorf("%v is not among %v", want, got)
	}
}
