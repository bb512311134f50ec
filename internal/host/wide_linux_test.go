package host

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

func TestANameIsAnnouncedAnewInEachNetwork(t *testing.T) {
	nettest.NeedPrivate(t)
	b := &harbour{}
	w := newWide(b)
	defer w.hush()
	wanted := []string{"shop"}
	for range 2 { // that it cannot be is said once
		if w.announce(t.Context(), wanted); len(w.said) > 0 || len(b.gaps) != 1 {
			t.Errorf("without a network: %v, gaps %v", w.said, b.gaps)
		}
	}
	first := nettest.Street(t, "10.1.2.3/24")
	w.announce(t.Context(), wanted)
	before := w.said["shop"]
	if before == nil || len(b.gaps) > 0 || !slices.Equal(w.at, []netip.Addr{first}) {
		t.Fatalf("with one: %v at %v, gaps %v", before, w.at, b.gaps)
	}
	w.announce(t.Context(), wanted)
	if w.said["shop"] != before {
		t.Error("nothing was other than before, and it was announced anew")
	}
	second := nettest.Street(t, "10.4.5.6/24")
	w.announce(t.Context(), wanted)
	if now := w.said["shop"]; now == nil || now == before || !slices.Equal(w.at, []netip.Addr{first, second}) {
		t.Errorf("with two: %v at %v", now, w.at)
	}
	if w.announce(t.Context(), nil); len(w.said) > 0 || len(b.gaps) > 0 {
		t.Errorf("wanted no more: %v, gaps %v", w.said, b.gaps)
	}
}

func TestWhatIsMissingOfANameIsSaidAsLongAsItIs(t *testing.T) {
	b := &harbour{}
	w := newWide(b)
	g := limen.Gap{What: noLocal("shop"), Why: "another machine has it"}
	for range 2 {
		w.lack(map[string]limen.Gap{"shop": g})
		if !slices.Equal(b.gaps, []limen.Gap{g}) {
			t.Errorf("gaps %v", b.gaps)
		}
	}
	if w.lack(nil); len(b.gaps) > 0 {
		t.Errorf("mended, and said: %v", b.gaps)
	}
}
