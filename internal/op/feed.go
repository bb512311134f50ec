package op

import (
	"context"
	"errors"
	"iter"
)

// A Feed is a verb that goes on until told to stop: it takes an In and gives
// one Item after another.
type Feed[In, Item any] struct {
	Name string // as it is asked for
	Doc  string // one line, without capital or full stop
	Risk Risk
	Here bool // see [Binding]
}

// On carries out the feed in place p for as long as its items are ranged
// over, or until ctx ends. An error is the last thing it gives.
func (f Feed[In, Item]) On(ctx context.Context, p Place, in In) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var item Item
		err := p.Follow(ctx, f.Name, &in, &item, func() error {
			if !yield(item, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			var none Item
			yield(none, err)
		}
	}
}

// errEnough is how On ends a feed whose items nobody wants any more.
var errEnough = errors.New("nobody listens any more")

// By binds the feed to the function that does it. It calls next with each
// item, returns what next returns as soon as that is an error, and ends soon
// after ctx does: it may still give what came of it.
func (f Feed[In, Item]) By(follow func(ctx context.Context, in In, next func(Item) error) error) Binding {
	return Binding{
		Name: f.Name, Doc: f.Doc, Risk: f.Risk, Here: f.Here,
		NewIn:  func() any { return new(In) },
		NewOut: func() any { return new(Item) },
		follow: func(ctx context.Context, in, item any, next func() error) error {
			return follow(ctx, *in.(*In), func(i Item) error {
				*item.(*Item) = i
				return next()
			})
		},
	}
}
