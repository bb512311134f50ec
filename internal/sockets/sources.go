package sockets

import (
	"context"
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// errNotAll says that a finder left sockets without a holder, and that another
// one must tell refusal from absence.
var errNotAll = fmt.Errorf("%w: not every holder was shown", errors.ErrUnsupported)

// A refusal says why a way cannot be taken here, and what would help. It is
// errors.ErrUnsupported: the next way is taken, and no gap comes of it.
type refusal struct {
	err       error
	why, next string
}

func (r *refusal) Error() string   { return r.why }
func (r *refusal) Unwrap() []error { return []error{errors.ErrUnsupported, r.err} }

// Sources takes every way to look at this machine, best first, until one
// serves, and says what came of each. They are taken for real, because nothing
// less tells: rights, kernel and sandbox each refuse in their own place.
func (r Reader) Sources(ctx context.Context) []limen.Source {
	var all []limen.Source
	r.tried = func(t limen.Task, name string, err error) { all = append(all, came(t, name, err)) }
	// What could not be seen is told by the sources themselves.
	socks, _, err := r.read(ctx, Want{})
	for _, s := range sources[min(len(all), len(sources)):] {
		all = append(all, limen.Source{Task: limen.TaskSockets, Name: s.name, Use: limen.SourceSpare})
	}
	if err != nil {
		return all // nobody can be looked for
	}
	return append(append(all, r.holderSources(ctx, tidy(socks, Want{}))...), r.changeSources()...)
}

// holderSources is Sources for the holders of socks.
func (r Reader) holderSources(ctx context.Context, socks []Socket) (all []limen.Source) {
	if len(finders) == 0 {
		// Whatever read the tables has told the holders, too.
		return []limen.Source{{Task: limen.TaskHolders, Name: sources[0].name, Use: limen.SourceServed}}
	}
	r.tried = func(t limen.Task, name string, err error) { all = append(all, came(t, name, err)) }
	r.find(ctx, newSearch(socks))
	for _, f := range finders[min(len(all), len(finders)):] {
		all = append(all, limen.Source{Task: limen.TaskHolders, Name: f.name, Use: limen.SourceSpare})
	}
	return all
}

// changeSources is Sources for what Watch tells of TCP. Of UDP only looking
// tells.
func (r Reader) changeSources() []limen.Source {
	events, looking := "events", limen.Source{Task: limen.TaskChanges, Name: "looking", Use: limen.SourceServed}
	t, err := openTrace(r)
	if err != nil {
		return []limen.Source{came(limen.TaskChanges, events, explain(err)), looking}
	}
	t.close()
	return []limen.Source{
		{Task: limen.TaskChanges, Name: events, Use: limen.SourcePartly, Why: "the kernel tells of TCP alone, so for UDP limen looks every so often"},
		looking,
	}
}

// came says what came of a way that was taken.
func came(t limen.Task, name string, err error) limen.Source {
	s := limen.Source{Task: t, Name: name, Use: limen.SourceServed}
	if err == nil {
		return s
	}
	s.Use, s.Why = limen.SourceRefused, err.Error()
	var known *refusal
	switch {
	case errors.Is(err, errNotAll):
		s.Use, s.Why = limen.SourcePartly, "it showed no holder of some sockets, and only a look at each process tells whether one is hidden"
	case errors.As(err, &known):
		s.Next = known.next
	}
	return s
}
