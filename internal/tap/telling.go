package tap

import (
	"bytes"
	"fmt"

	"github.com/limenhq/limen"
)

const (
	framesMost    = 10_000   // messages of a stream that are read
	framesBytes   = 32 << 20 // and bytes in them: they may have been compressed
	ownFramesRoom = 64       // bytes that one takes beside its body
)

// A telling is a story with the messages of its stream.
type telling struct {
	story

	run    uint32 // in which it began
	frames []limen.Frame
	room   int
	left   int // messages for which there was no room
}

func newTelling(id string, number uint64, keeps bool) *telling {
	t := &telling{}
	t.story = *newStory(id, number, keeps, nil)
	if keeps {
		t.frame = t.hear
	}
	return t
}

// hear keeps a message.
func (t *telling) hear(f limen.Frame) {
	if t.room += len(f.Body) + ownFramesRoom; t.room > framesBytes || len(t.frames) >= framesMost {
		t.left++
		return
	}
	f.Body = bytes.Clone(f.Body)
	t.frames = append(t.frames, f)
}

// recording is all that is known of the request.
func (t *telling) recording() limen.Recording {
	r := limen.Recording{Exchange: t.exchange, Request: t.request.message(), Answer: t.answer.message(), Messages: t.frames}
	gap := func(what, why, next string) { r.Gaps = append(r.Gaps, limen.Gap{What: what, Why: why, Next: next}) }
	switch {
	case t.isWrong:
		gap("parts of request "+t.exchange.ID, "what was written of it is damaged", "")
	case t.isTorn:
		gap("parts of request "+t.exchange.ID, "there was too much at once to keep all of it", "limen tap replay "+t.exchange.ID)
	}
	why, next := fmt.Sprintf("no more than %d MiB of one are kept", bodyMost>>20), ""
	if t.isShort {
		why, next = "so much went by that the ring would have been full within seconds", "a larger ring keeps more: tap.size"
	}
	for _, one := range []struct {
		what string
		side *side
	}{{"request", &t.request}, {"answer", &t.answer}} {
		if kept := int64(len(one.side.body)); one.side.keeps && !t.isTorn && kept < one.side.size {
			gap(fmt.Sprintf("%d of %d bytes of the body of the %s", one.side.size-kept, one.side.size, one.what), why, next)
		}
	}
	if all := t.request.announced(); all > r.Request.Size && !t.isTorn {
		gap(fmt.Sprintf("%d of %d bytes of the body of the request", all-r.Request.Size, all), "they did not come: it was answered before, or broke off", "")
		r.Request.Size = all // so that nobody takes what there is for all of it
	}
	if t.left > 0 {
		gap(fmt.Sprintf("%d more messages", t.left), fmt.Sprintf("no more than the first %d, or %d MiB, are read", framesMost, framesBytes>>20), "")
	}
	return r
}
