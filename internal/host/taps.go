package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/coding"
	"github.com/limenhq/limen/internal/contrast"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/redact"
	"github.com/limenhq/limen/internal/tap"
)

// Taps says which requests were kept.
func (h *Host) Taps(ctx context.Context, in op.TapsIn) (limen.Exchanges, error) {
	all, err := h.requests(ctx, in)
	if err != nil {
		return all, err
	}
	for i, e := range all.Exchanges {
		all.Exchanges[i] = redact.Exchange(e)
	}
	return all, nil
}

// Recall gives all that was kept of requests.
func (h *Host) Recall(ctx context.Context, in op.RecallIn) (limen.Recordings, error) {
	ids := in.IDs
	var gaps []limen.Gap
	if len(ids) == 0 {
		which, err := h.requests(ctx, in.Which)
		if err != nil {
			return limen.Recordings{}, err
		}
		gaps = which.Gaps
		for _, e := range which.Exchanges {
			ids = append(ids, e.ID)
		}
	}
	dir, err := h.tapes()
	if err != nil {
		return limen.Recordings{}, err
	}
	all, err := tap.Recordings(ctx, dir, ids)
	if err != nil {
		return all, cannotRead(err)
	}
	show := redact.Recording
	if in.Secrets {
		show = func(r limen.Recording) limen.Recording { return r }
	}
	all.Gaps = append(gaps, all.Gaps...)
	return bounded(all, show), nil
}

// mostRecalled is how much of bodies and messages one answer has, in bytes: it is
// made in memory here, and there, and grows by a third on its way.
const mostRecalled = 64 << 20

// bounded is recordings as they are shown, without the bodies and messages for which
// there is no room. To show one is to unpack it, so it is done for one at a time.
func bounded(all limen.Recordings, show func(limen.Recording) limen.Recording) limen.Recordings {
	room, left := int64(mostRecalled), 0
	for i := range all.Recordings {
		r := &all.Recordings[i]
		if room >= 0 {
			shown := show(*r)
			if room -= shown.Kept(); room >= 0 {
				*r = shown
				continue
			}
		}
		if r.Kept() == 0 {
			*r = show(*r)
			continue
		}
		left++
		*r = show(r.Bare())
		r.Gaps = append(r.Gaps, limen.Gap{What: "the bodies of " + r.ID, Why: tooMuch, Next: "ask for it alone"})
	}
	if left > 0 {
		all.Gaps = append(all.Gaps, limen.Gap{What: fmt.Sprintf("the bodies of %d requests", left), Why: tooMuch, Next: "ask for fewer"})
	}
	return all
}

var tooMuch = fmt.Sprintf("all that was asked for is larger than %d MiB", mostRecalled>>20)

// requests are those that a question means, with their secrets.
func (h *Host) requests(ctx context.Context, in op.TapsIn) (limen.Exchanges, error) {
	s, err := newSieve(in.Filter)
	if err != nil {
		return limen.Exchanges{}, err
	}
	names, err := h.namesTyped(in.Names)
	if err != nil {
		return limen.Exchanges{}, err
	}
	dir, err := h.tapes()
	if err != nil {
		return limen.Exchanges{}, err
	}
	isAll := len(names) == 0 && len(in.Targets) == 0
	went := h.waysTo(in.Targets)
	all, err := tap.Exchanges(ctx, dir, tap.Question{Most: max(in.Most, 0), Wants: func(e *limen.Exchange) bool {
		return (isAll || isNamed(e, names) || went(e)) && s.lets(e)
	}})
	return all, cannotRead(err)
}

// cannotRead is an error of reading what was kept, in words that help.
func cannotRead(err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	return &limen.Error{Kind: limen.Denied, What: "cannot read what was kept", Why: err.Error(), Next: elsewhere}
}

// elsewhere is what helps where a directory is not as it should be.
const elsewhere = "have that be a directory of yours, or say where else: set XDG_STATE_HOME"

// waysTo reports of requests whether they went to one of some targets.
func (h *Host) waysTo(targets []limen.Target) func(*limen.Exchange) bool {
	var all []way
	for _, t := range targets {
		w := way{to: t}
		if b := h.harbour.Load(); b != nil {
			w.names = b.namesAt(t)
		}
		all = append(all, w)
	}
	return func(e *limen.Exchange) bool {
		return slices.ContainsFunc(all, func(w way) bool { return w.has(e) })
	}
}

// A way is all that leads to a target.
type way struct {
	to    limen.Target
	names []string // those that do now
}

// has reports whether a request went this way, however that was written.
func (w way) has(e *limen.Exchange) bool {
	went, err := limen.ParseTarget(e.Target)
	switch {
	case err != nil:
		return false
	case went == w.to:
		return true
	case went.Container != "" || went.Route != "":
		return slices.Contains(w.names, e.Name) // where that is, only they know
	}
	isHere := w.to.Container == "" && isOfThisMachine(w.to) && isOfThisMachine(went)
	return isHere && went.Port == w.to.Port && went.Port != 0 && (w.to.Host == "" || went.Host == "" || w.to.Host == went.Host)
}

// recording is all that was kept of one request, with its secrets.
func (h *Host) recording(ctx context.Context, id string) (limen.Recording, error) {
	dir, err := h.tapes()
	if err != nil {
		return limen.Recording{}, err
	}
	all, err := tap.Recordings(ctx, dir, []string{id})
	if err != nil {
		return limen.Recording{}, cannotRead(err)
	}
	return all.Recordings[0], nil
}

// Compare says what is different between two requests and their answers.
func (h *Host) Compare(ctx context.Context, in op.CompareIn) (limen.Comparison, error) {
	var sides [2]contrast.Side
	for i, id := range []string{in.Before, in.After} {
		r, err := h.recording(ctx, id)
		if err != nil {
			return limen.Comparison{}, err
		}
		sides[i].Shown = redact.Recording(r)
		sides[i].Kept = r
		for _, m := range []*limen.Message{&sides[i].Kept.Request, &sides[i].Kept.Answer} {
			*m, _ = coding.Undo(*m) // what cannot be undone is compared as it is, and redact has said so
		}
	}
	return contrast.Compare(sides[0], sides[1]), nil
}
