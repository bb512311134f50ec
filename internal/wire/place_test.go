package wire

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestAVerbIsTheSameInBothModes(t *testing.T) {
	leaves(t)
	inBothModes(t, everything, func(t *testing.T, p op.Place) {
		for _, want := range []word{{}, {Text: "a <b> & \u2028 \ufffd \\ufffd \x00 \U0001f6aa", Number: -1}} {
			if got, err := echo.On(t.Context(), p, want); err != nil || got != want {
				t.Errorf("echo gave %+v, %v; want %+v", got, err, want)
			}
		}
	})
}

func TestAnErrorIsTheSameInBothModes(t *testing.T) {
	taken := &limen.Error{Kind: limen.Busy, What: "cannot have it", Why: "somebody else has", Next: "ask them"}
	tests := map[string]struct {
		err  error
		want error // what errors.Is finds
		text string
	}{
		"in three parts":    {taken, limen.Busy, taken.Error()},
		"wrapped":           {fmt.Errorf("within: %w", taken), limen.Busy, taken.Error()},
		"of a Kind alone":   {limen.Denied, limen.Denied, "denied"},
		"a Kind wrapped":    {fmt.Errorf("nothing: %w", limen.NotFound), limen.NotFound, "nothing: not-found"},
		"plain":             {errors.New("it broke"), nil, "it broke"},
		"a time that ended": {context.DeadlineExceeded, nil, context.DeadlineExceeded.Error()},
		"cancelled inside":  {context.Canceled, nil, context.Canceled.Error()},
	}
	for name, test := range tests {
		table := op.Table{
			echo.By(func(context.Context, word) (word, error) { return word{Text: "so far"}, test.err }),
			counter.By(func(_ context.Context, in tally, next func(tally) error) error {
				for i := range in.Count {
					if err := next(tally{i}); err != nil {
						return err
					}
				}
				return test.err
			}),
		}
		check := func(t *testing.T, err error) {
			t.Helper()
			text := ""
			if err != nil {
				text = err.Error()
			}
			if known := (*limen.Error)(nil); errors.As(err, &known) {
				text = known.Error()
			}
			if text != test.text || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("the error is %#v, %q; want a %v, %q", err, text, test.want, test.text)
			}
		}
		t.Run(name, func(t *testing.T) {
			inBothModes(t, table, func(t *testing.T, p op.Place) {
				got, err := echo.On(t.Context(), p, word{})
				check(t, err)
				if got.Text != "so far" {
					t.Errorf("the answer beside the error is %+v", got)
				}
				for _, before := range []int{0, 3} {
					items, err := collect(counter.On(t.Context(), p, tally{before}))
					check(t, err)
					if len(items) != before {
						t.Errorf("before the error came %v; want %d items", items, before)
					}
				}
			})
		})
	}
}

func TestAFeedEndsInBothModesAsItSays(t *testing.T) {
	leaves(t)
	table := op.Table{counter.By(func(_ context.Context, in tally, next func(tally) error) error {
		for i := range in.Count {
			if err := next(tally{i}); err != nil {
				return err
			}
		}
		return nil
	})}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		for _, n := range []int{0, 1, 1000} {
			items, err := collect(counter.On(t.Context(), p, tally{n}))
			if err != nil || len(items) != n || n > 0 && items[n-1].Count != n-1 {
				t.Errorf("of %d items came %d, %v", n, len(items), err)
			}
		}
	})
}

func TestAFeedHasEndedInBothModesWhenNobodyWantsMore(t *testing.T) {
	leaves(t)
	ended := make(chan struct{}, 1)
	table := op.Table{counter.By(func(ctx context.Context, in tally, next func(tally) error) error {
		defer func() {
			<-time.After(20 * time.Millisecond) // long after the asker has turned away
			ended <- struct{}{}
		}()
		return countFrom(ctx, in, next)
	})}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		for got, err := range counter.On(t.Context(), p, tally{7}) {
			if err != nil || got.Count < 7 {
				t.Fatalf("the feed gave %v, %v", got, err)
			}
			if got.Count == 9 {
				break
			}
		}
		select {
		case <-ended:
		default:
			t.Error("the feed goes on after nobody ranges over it any more")
		}
	})
}

func TestAVerbThatIsStoppedSaysInBothModesHowFarItCame(t *testing.T) {
	begun := make(chan struct{}, 1)
	table := op.Table{echo.By(func(ctx context.Context, in word) (word, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return word{Text: "half of " + in.Text}, ctx.Err()
	})}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-begun
			cancel()
		}()
		got, err := echo.On(ctx, p, word{Text: "it"})
		if got.Text != "half of it" || !errors.Is(err, context.Canceled) {
			t.Errorf("what was stopped gave %+v, %v", got, err)
		}
	})
}

func TestAFeedThatIsStoppedHasALastWordInBothModes(t *testing.T) {
	leaves(t)
	table := op.Table{counter.By(func(ctx context.Context, in tally, next func(tally) error) error {
		if err := next(tally{1}); err != nil {
			return err
		}
		<-ctx.Done()
		if err := next(tally{2}); err != nil {
			return err
		}
		return ctx.Err()
	})}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []int
		var last error
		for item, err := range counter.On(ctx, p, tally{}) {
			if last = err; err == nil {
				got = append(got, item.Count)
			}
			cancel()
		}
		if diff := cmp.Diff([]int{1, 2}, got); diff != "" || !errors.Is(last, context.Canceled) {
			t.Errorf("the feed ended with %v; its items (-want +got):\n%s", last, diff)
		}
	})
}

func TestADeadlineIsTheAskersInBothModes(t *testing.T) {
	table := op.Table{echo.By(func(ctx context.Context, in word) (word, error) {
		<-ctx.Done()
		return in, ctx.Err()
	})}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := echo.On(ctx, p, word{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("what took too long gave %v", err)
		}
	})
}

func TestWhatIsNotThereIsUnsupportedInBothModes(t *testing.T) {
	inBothModes(t, everything, func(t *testing.T, p op.Place) {
		for name, err := range map[string]error{
			"a verb":             p.Do(t.Context(), "fly", &word{}, &word{}),
			"a feed":             p.Follow(t.Context(), "fly", &word{}, &word{}, nil),
			"a feed as a verb":   p.Do(t.Context(), counter.Name, &tally{}, &tally{}),
			"a verb as a feed":   p.Follow(t.Context(), echo.Name, &word{}, &word{}, nil),
			"a name with a path": p.Do(t.Context(), "../a b/?c#%00\r\nHost: x", &word{}, &word{}),
		} {
			known := (*limen.Error)(nil)
			if !errors.As(err, &known) || known.Kind != limen.Unsupported || known.Next != "update limen there" {
				t.Errorf("%s: %v; want that limen there does not know it", name, err)
			}
		}
	})
}

func TestEachItemIsItsOwnInBothModes(t *testing.T) {
	lists, words := op.Feed[int, []string]{Name: "lists"}, op.Feed[int, word]{Name: "words"}
	table := op.Table{
		lists.By(func(_ context.Context, _ int, next func([]string) error) error {
			return errors.Join(next([]string{"a"}), next(nil))
		}),
		words.By(func(_ context.Context, _ int, next func(word) error) error {
			return errors.Join(next(word{"a", 1}), next(word{Text: "b"}))
		}),
	}
	inBothModes(t, table, func(t *testing.T, p op.Place) {
		got, err := collect(lists.On(t.Context(), p, 0))
		if diff := cmp.Diff([][]string{{"a"}, nil}, got); err != nil || diff != "" {
			t.Errorf("error %v, items (-want +got):\n%s", err, diff)
		}
		more, err := collect(words.On(t.Context(), p, 0))
		if diff := cmp.Diff([]word{{"a", 1}, {Text: "b"}}, more); err != nil || diff != "" {
			t.Errorf("error %v, items (-want +got):\n%s", err, diff)
		}
	})
}

// collect returns all items of a feed, and its last error.
func collect[T any](feed func(func(T, error) bool)) (items []T, last error) {
	for item, err := range feed {
		if err != nil {
			last = err
			continue
		}
		items = append(items, item)
	}
	return items, last
}
