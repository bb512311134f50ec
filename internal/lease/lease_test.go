package lease

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/quick"
	"time"

	"github.com/limenhq/limen"
)

// ledger keeps leases in memory.
type ledger struct {
	mu  sync.Mutex // guards all
	all []limen.Lease
}

func (l *ledger) Leases(_ context.Context, now time.Time) ([]limen.Lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.all), func(l limen.Lease) bool { return l.IsOver(now) }), nil
}

func (l *ledger) Claim(_ context.Context, lease limen.Lease) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.all, func(l limen.Lease) bool { return l.Port == lease.Port }) {
		return false, nil
	}
	l.all = append(l.all, lease)
	return true, nil
}

func (l *ledger) Release(_ context.Context, port uint16) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.all)
	l.all = slices.DeleteFunc(l.all, func(l limen.Lease) bool { return l.Port == port })
	return len(l.all) < before, nil
}

// picker picks from ports of which none is taken but those named.
func picker(taken ...uint16) (Picker, *ledger) {
	l := &ledger{}
	return Picker{
		Ledger: l,
		Free:   func(port uint16) (bool, error) { return !slices.Contains(taken, port), nil },
		Judge:  func(uint16) Judgement { return Good },
		Now:    time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC),
	}, l
}

func ports(leases []limen.Lease) (all []uint16) {
	for _, l := range leases {
		all = append(all, l.Port)
	}
	return all
}

func TestPickLeavesOutWhatIsTakenLeasedOrBad(t *testing.T) {
	p, l := picker(8000)
	l.all = []limen.Lease{{Port: 8001, Name: "web"}}
	p.Judge = func(port uint16) Judgement {
		return map[uint16]Judgement{8002: Never, 8003: Better}[port]
	}
	got, err := p.Pick(t.Context(), Wish{Range: limen.PortRange{From: 8000, To: 8004}})
	if err != nil || !slices.Equal(ports(got), []uint16{8004}) {
		t.Errorf("picked %v, %v; want 8004", ports(got), err)
	}
	// With nothing else in the range that was asked for, what is only better avoided.
	got, err = p.Pick(t.Context(), Wish{Range: limen.PortRange{From: 8000, To: 8004}})
	if err != nil || !slices.Equal(ports(got), []uint16{8003}) {
		t.Errorf("then picked %v, %v; want 8003", ports(got), err)
	}
	if _, err = p.Pick(t.Context(), Wish{Range: limen.PortRange{From: 8000, To: 8004}}); !errors.Is(err, limen.Busy) {
		t.Errorf("then %v; want that none is left", err)
	}
}

func TestPickGivesAllThatIsWishedForOrNothing(t *testing.T) {
	p, l := picker(8002)
	_, err := p.Pick(t.Context(), Wish{Count: 4, Range: limen.PortRange{From: 8000, To: 8003}})
	if !errors.Is(err, limen.Busy) || len(l.all) > 0 {
		t.Errorf("three of four ports: %v, and %v are leased; want none", err, ports(l.all))
	}
	_, err = p.Pick(t.Context(), Wish{Count: 3, Consecutive: true, Range: limen.PortRange{From: 8000, To: 8003}})
	if !errors.Is(err, limen.Busy) || len(l.all) > 0 {
		t.Errorf("three in a row: %v, and %v are leased; want none", err, ports(l.all))
	}
	got, err := p.Pick(t.Context(), Wish{Count: 2, Consecutive: true, Range: limen.PortRange{From: 8001, To: 8004}})
	if err != nil || !slices.Equal(ports(got), []uint16{8003, 8004}) {
		t.Errorf("two in a row: %v, %v; want 8003 and 8004", ports(got), err)
	}
}

func TestPickLeasesForAMomentUnlessNamed(t *testing.T) {
	p, _ := picker()
	got, err := p.Pick(t.Context(), Wish{})
	if err != nil || !got[0].Until.Equal(p.Now.Add(moment)) || !got[0].Since.Equal(p.Now) {
		t.Errorf("without a name: %+v, %v", got, err)
	}
	got, err = p.Pick(t.Context(), Wish{Name: "web", Count: 2, Project: limen.Project{Root: "/src/shop", Branch: "main"}})
	if err != nil || got[0].Name != "web" || got[1].Name != "web-2" || !got[0].Until.IsZero() || got[0].Project != "/src/shop" || got[0].Branch != "main" {
		t.Errorf("with a name: %+v, %v", got, err)
	}
}

func TestANameBeginsAtTheSamePlaceOnEveryMachine(t *testing.T) {
	here, there := limen.Project{Name: "shop", Root: "/src/shop"}, limen.Project{Name: "shop", Root: "/home/a/shop"}
	a, _ := picker()
	b, _ := picker()
	a.Seed, b.Seed = 1, 2
	first, err := a.Pick(t.Context(), Wish{Name: "web", Project: here})
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Pick(t.Context(), Wish{Name: "web", Project: there})
	if err != nil || first[0].Port != second[0].Port {
		t.Errorf("%d here and %d there, %v", first[0].Port, second[0].Port, err)
	}
	there.Branch = "feature"
	other, err := a.Pick(t.Context(), Wish{Name: "web", Project: there})
	if err != nil || other[0].Port == first[0].Port {
		t.Errorf("another branch got %d as well, %v", other[0].Port, err)
	}
}

func TestFortyAtOnceGetFortyPorts(t *testing.T) {
	p, l := picker()
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if _, err := p.Pick(t.Context(), Wish{}); err != nil { // all begin at the same place
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := ports(l.all)
	slices.Sort(got)
	if len(slices.Compact(got)) != 40 {
		t.Errorf("forty got %v", got)
	}
}

func TestMemorablePortsComeFirstAndSayWhy(t *testing.T) {
	for port, want := range map[uint16]string{
		7777:  "one digit all through",
		12345: "a ladder",
		9876:  "a ladder",
		8008:  "a word on a calculator's display: BOOB",
		7735:  "a word on a calculator's display: SELL",
		8080:  "one pair of digits, said twice",
		8118:  "the same from both ends",
		31000: "a round number",
		8123:  "",
		30001: "",
	} {
		if got := memorable(port); got != want {
			t.Errorf("%d: %q; want %q", port, got, want)
		}
	}
	p, _ := picker(1111, 2222)
	got, err := p.Pick(t.Context(), Wish{Memorable: true})
	if err != nil || got[0].Port != 3333 || got[0].Why == "" {
		t.Errorf("picked %+v, %v; want 3333, with a reason", got, err)
	}
}

func TestEveryRangeIsTriedOnceAndWhole(t *testing.T) {
	whole := func(from, size uint16, seed uint64, name string) bool {
		r := limen.PortRange{From: max(from, 1), To: max(from, 1) + size%2000}
		if r.To < r.From {
			return true
		}
		seen := map[uint16]int{}
		for ports := range (Picker{Seed: seed}).candidates(Wish{Range: r, Name: name}) {
			for port := range ports {
				seen[port]++
			}
		}
		for port, n := range seen {
			if n != 1 || !r.Contains(port) {
				return false
			}
		}
		return len(seen) == int(r.To-r.From)+1
	}
	if err := quick.Check(whole, nil); err != nil {
		t.Error(err)
	}
}
