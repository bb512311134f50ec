package host

import (
	"context"
	"fmt"

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
		return all, err
	}
	for i, r := range all.Recordings {
		if !in.Secrets {
			all.Recordings[i] = redact.Recording(r)
		}
	}
	all.Gaps = append(gaps, all.Gaps...)
	return bounded(all), nil
}

// mostRecalled is how much of bodies and messages one answer has, in bytes: it is
// made in memory here, and there, and grows by a third on its way.
const mostRecalled = 64 << 20

// bounded is recordings without the bodies and messages for which there is no room.
func bounded(all limen.Recordings) limen.Recordings {
	room, left := mostRecalled, 0
	for i := range all.Recordings {
		r := &all.Recordings[i]
		size := len(r.Request.Body) + len(r.Answer.Body)
		for _, f := range r.Messages {
			size += len(f.Body)
		}
		if room -= size; room >= 0 || size == 0 {
			continue
		}
		left++
		r.Request.Body, r.Request.Cut = nil, r.Request.Size > 0
		r.Answer.Body, r.Answer.Cut = nil, r.Answer.Size > 0
		r.Messages = nil
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
	return tap.Exchanges(ctx, dir, tap.Question{Most: max(in.Most, 0), Wants: func(e *limen.Exchange) bool {
		return (len(names) == 0 || isNamed(e, names)) && s.lets(e)
	}})
}

// recording is all that was kept of one request, with its secrets.
func (h *Host) recording(ctx context.Context, id string) (limen.Recording, error) {
	dir, err := h.tapes()
	if err != nil {
		return limen.Recording{}, err
	}
	all, err := tap.Recordings(ctx, dir, []string{id})
	if err != nil {
		return limen.Recording{}, err
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
