// Package op says what limen can be asked to do: each verb is declared once,
// as a value with the type it takes and the type it gives, and can be carried
// out in any Place.
package op

import (
	"context"
	"fmt"

	"github.com/limenhq/limen"
)

// A Place is somewhere operations can be carried out: this process, the
// daemon on this machine, or another machine of the fleet.
type Place interface {
	// Do carries out the named operation. In and out are pointers to the
	// operation's own types.
	Do(ctx context.Context, name string, in, out any) error

	// Follow carries out the named feed. It fills item, a pointer to the
	// feed's own type, afresh before each call of next, until ctx ends or
	// next fails.
	Follow(ctx context.Context, name string, in, item any, next func() error) error
}

// Risk is the most that a verb can change.
type Risk uint8

const (
	Reads   Risk = iota // nothing
	Changes             // limen's own records
	Stops               // programs that limen did not start
)

// An Op is a verb: it takes an In and gives an Out.
type Op[In, Out any] struct {
	Name string // as it is asked for
	Doc  string // one line, without capital or full stop
	Risk Risk
	Here bool // see [Binding]
}

// On carries out the verb in place p.
func (o Op[In, Out]) On(ctx context.Context, p Place, in In) (out Out, err error) {
	err = p.Do(ctx, o.Name, &in, &out)
	return out, err
}

// By binds the verb to the function that does it.
func (o Op[In, Out]) By(do func(context.Context, In) (Out, error)) Binding {
	return Binding{
		Name: o.Name, Doc: o.Doc, Risk: o.Risk, Here: o.Here,
		NewIn:  func() any { return new(In) },
		NewOut: func() any { return new(Out) },
		do: func(ctx context.Context, in, out any) (err error) {
			*out.(*Out), err = do(ctx, *in.(*In))
			return err
		},
	}
}

// A Binding is a verb or a feed with the function that does it, its types set
// aside so that a carrier can loop over many.
type Binding struct {
	Name   string
	Doc    string
	Risk   Risk
	Here   bool       // it needs the terminal, the files or the life of whoever asks, and no carrier takes it elsewhere
	NewIn  func() any // a pointer to a zero In
	NewOut func() any // a pointer to a zero Out, or to a zero Item of a feed

	do     func(ctx context.Context, in, out any) error                     // nil for a feed
	follow func(ctx context.Context, in, item any, next func() error) error // nil for a verb
}

// IsFeed reports whether it gives one thing after another, and is to be followed.
func (b Binding) IsFeed() bool { return b.follow != nil }

// A Table is a Place that carries out verbs by what they are bound to.
type Table []Binding

// Do carries out the named operation in this process.
func (t Table) Do(ctx context.Context, name string, in, out any) error {
	for _, b := range t {
		if b.Name == name && !b.IsFeed() {
			return b.do(ctx, in, out)
		}
	}
	return unknown(name)
}

// Follow carries out the named feed in this process.
func (t Table) Follow(ctx context.Context, name string, in, item any, next func() error) error {
	for _, b := range t {
		if b.Name == name && b.IsFeed() {
			return b.follow(ctx, in, item, next)
		}
	}
	return unknown(name)
}

// unknown is what a place answers to a verb it does not have, as when an older
// limen is asked by a newer one.
func unknown(name string) error {
	return &limen.Error{
		Kind: limen.Unsupported,
		What: fmt.Sprintf("cannot %q", name),
		Why:  "the limen that was asked does not know this verb",
		Next: "update limen there",
	}
}
