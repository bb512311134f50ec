package op

import (
	"context"
	"errors"
	"testing"

	"github.com/limenhq/limen"
)

func TestAVerbReachesWhatItIsBoundTo(t *testing.T) {
	place := Table{List.By(func(_ context.Context, in ListIn) (limen.Snapshot, error) {
		return limen.Snapshot{Machine: in.Query.Project}, nil
	})}
	got, err := List.On(t.Context(), place, ListIn{Query: limen.Query{Project: "shop"}})
	if err != nil || got.Machine != "shop" {
		t.Errorf("List.On gave %+v, %v", got, err)
	}
}

func TestAVerbsErrorComesBackWithItsAnswer(t *testing.T) {
	place := Table{Why.By(func(context.Context, WhyIn) (limen.Verdict, error) {
		return limen.Verdict{Port: 80}, limen.Denied
	})}
	got, err := Why.On(t.Context(), place, WhyIn{})
	if !errors.Is(err, limen.Denied) || got.Port != 80 {
		t.Errorf("Why.On gave %+v, %v", got, err)
	}
}

func TestAnUnknownVerbIsUnsupported(t *testing.T) {
	_, err := List.On(t.Context(), Table{}, ListIn{})
	if !errors.Is(err, limen.Unsupported) {
		t.Errorf("a verb that nobody bound: %v; want Unsupported", err)
	}
	if err := (Table{}).Follow(t.Context(), "watch", nil, nil, nil); !errors.Is(err, limen.Unsupported) {
		t.Errorf("a feed that nobody bound: %v; want Unsupported", err)
	}
}

func TestABindingMakesWhatItTakesAndGives(t *testing.T) {
	b := Why.By(func(context.Context, WhyIn) (limen.Verdict, error) { return limen.Verdict{}, nil })
	if _, ok := b.NewIn().(*WhyIn); !ok {
		t.Errorf("NewIn makes a %T", b.NewIn())
	}
	if _, ok := b.NewOut().(*limen.Verdict); !ok {
		t.Errorf("NewOut makes a %T", b.NewOut())
	}
}
