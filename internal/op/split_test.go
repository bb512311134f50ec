package op

import (
	"context"
	"testing"
)

func TestWhatBelongsToTheAskerIsCarriedOutThere(t *testing.T) {
	where := func(place string) func(context.Context, int) (string, error) {
		return func(context.Context, int) (string, error) { return place, nil }
	}
	follow := func(place string) func(context.Context, int, func(string) error) error {
		return func(_ context.Context, _ int, next func(string) error) error { return next(place) }
	}
	var (
		ask      = Op[int, string]{Name: "ask"}
		typed    = Op[int, string]{Name: "type", Here: true}
		look     = Feed[int, string]{Name: "look"}
		terminal = Feed[int, string]{Name: "terminal", Here: true}
	)
	table := func(place string) Table {
		return Table{ask.By(where(place)), typed.By(where(place)), look.By(follow(place)), terminal.By(follow(place))}
	}
	place := Split{Near: table("near"), Far: table("far")}
	for o, want := range map[Op[int, string]]string{ask: "far", typed: "near"} {
		if got, err := o.On(t.Context(), place, 0); err != nil || got != want {
			t.Errorf("%q was carried out %q, %v; want %q", o.Name, got, err, want)
		}
	}
	for f, want := range map[Feed[int, string]]string{look: "far", terminal: "near"} {
		for got, err := range f.On(t.Context(), place, 0) {
			if err != nil || got != want {
				t.Errorf("%q was carried out %q, %v; want %q", f.Name, got, err, want)
			}
		}
	}
}
