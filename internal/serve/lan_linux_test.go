package serve

import (
	"context"
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

func TestTheKernelTellsOfAddresses(t *testing.T) {
	nettest.NeedPrivate(t)
	ctx, leave := context.WithCancel(t.Context())
	told, ended := make(chan struct{}), make(chan error)
	go func() {
		ended <- followCards(ctx, func() {
			select {
			case told <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	<-told // it listens
	want := nettest.Address(t, "10.1.2.3/24")
	for knows := false; !knows; {
		<-told
		cards, err := Cards()
		if err != nil {
			t.Fatal(err)
		}
		knows = slices.ContainsFunc(cards, func(c Card) bool { return slices.Contains(c.Addresses, want) })
	}
	leave()
	if err := <-ended; err == nil {
		t.Error("it has ended, and says no reason to look on by itself")
	}
}

func TestWhoeverFollowsAddressesIsLetGo(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	FollowCards(ctx, leave) // at the first word
}
