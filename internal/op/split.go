package op

import (
	"context"
	"slices"
)

// Split is a Place of two: what has to be carried out by whoever asks is
// carried out Near, and everything else Far.
type Split struct {
	Near Table // of this process
	Far  Place // such as a limen that keeps running
}

// Do carries out the named operation in one of the two.
func (s Split) Do(ctx context.Context, name string, in, out any) error {
	return s.place(name).Do(ctx, name, in, out)
}

// Follow carries out the named feed in one of the two.
func (s Split) Follow(ctx context.Context, name string, in, item any, next func() error) error {
	return s.place(name).Follow(ctx, name, in, item, next)
}

func (s Split) place(name string) Place {
	if slices.ContainsFunc(s.Near, func(b Binding) bool { return b.Name == name && b.Here }) {
		return s.Near
	}
	return s.Far
}
