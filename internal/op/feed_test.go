package op

import (
	"context"
	"errors"
	"testing"

	"github.com/limenhq/limen"
)

// counting gives one number after another, until it is told to stop.
var counting = Feed[int, int]{Name: "count"}

func countFrom(ctx context.Context, from int, next func(int) error) error {
	for i := from; ctx.Err() == nil; i++ {
		if err := next(i); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func TestAFeedGivesItsItemsInOrderUntilNobodyWantsMore(t *testing.T) {
	ended := false
	place := Table{counting.By(func(ctx context.Context, from int, next func(int) error) error {
		defer func() { ended = true }()
		return countFrom(ctx, from, next)
	})}
	want := 3
	for got, err := range counting.On(t.Context(), place, want) {
		if err != nil || got != want {
			t.Fatalf("the feed gave %d, %v; want %d", got, err, want)
		}
		if want++; want == 6 {
			break
		}
	}
	if !ended {
		t.Error("the feed goes on after nobody ranges over it any more")
	}
}

func TestAFeedEndsWithItsContextAndSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for i, err := range counting.On(ctx, Table{counting.By(countFrom)}, 0) {
		if i == 2 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the last thing it gave was %v; want that its context was cancelled", last)
	}
}

func TestEachItemOfAFeedIsItsOwn(t *testing.T) {
	lists := Feed[int, []string]{Name: "lists"}
	place := Table{lists.By(func(_ context.Context, _ int, next func([]string) error) error {
		return errors.Join(next([]string{"a"}), next(nil))
	})}
	var got [][]string
	for item, err := range lists.On(t.Context(), place, 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, item)
	}
	if len(got) != 2 || len(got[0]) != 1 || got[1] != nil {
		t.Errorf("the feed gave %q; want [a], then nothing of it left", got)
	}
}

func TestAFeedIsNoVerbAndAVerbNoFeed(t *testing.T) {
	place := Table{
		Watch.By(func(context.Context, WatchIn, func(limen.News) error) error { return nil }),
		List.By(func(context.Context, ListIn) (limen.Snapshot, error) { return limen.Snapshot{}, nil }),
	}
	if err := place.Do(t.Context(), Watch.Name, &WatchIn{}, &limen.News{}); !errors.Is(err, limen.Unsupported) {
		t.Errorf("a feed that is done: %v; want Unsupported", err)
	}
	if err := place.Follow(t.Context(), List.Name, &ListIn{}, &limen.Snapshot{}, nil); !errors.Is(err, limen.Unsupported) {
		t.Errorf("a verb that is followed: %v; want Unsupported", err)
	}
	if !place[0].IsFeed() || place[1].IsFeed() {
		t.Error("a binding does not know whether it is a feed")
	}
}
