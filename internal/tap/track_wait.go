package tap

// put takes a part of two halves, so that neither has to be copied to be one.
func (k *Track) put(kind partKind, before, after []byte) {
	if k.isMissed || k.isOver {
		return
	}
	need := partHeadMost + len(before) + len(after)
	if k.n+need <= trackRoom-endRoom {
		k.append(kind, before, after)
		return
	}
	if need <= trackRoom/2 {
		if k.flush(0, nil, nil); !k.isMissed {
			k.append(kind, before, after)
		}
		return
	}
	k.flush(kind, before, after)
}

// append has a part wait.
func (k *Track) append(kind partKind, before, after []byte) {
	if k.wait == nil {
		k.wait = waits.Get().(*[trackRoom]byte)
	}
	b := appendPartHead(k.wait[:k.n], kind, len(before)+len(after))
	b = append(append(b, before...), after...)
	k.n = len(b)
}

// flush hands over what waits, and a part behind it that is too large to wait. It
// reports whether there was room. If not, what is lost is the beginning, and the
// whole request is missed; or a part of it, and the rest of its bodies is left
// out; but what says how it has ended waits on.
func (k *Track) flush(kind partKind, before, after []byte) bool {
	if k.isMissed {
		return true
	}
	p := piece{number: k.number, isLast: k.isOver, isShort: k.isShort, sequence: k.sequence}
	isLarge := len(before)+len(after) > 0
	if k.n == 0 && !isLarge {
		return true
	}
	var waiting []byte
	if k.wait != nil {
		waiting = k.wait[:k.n]
	}
	var over *Track
	if k.isOver {
		over = k
	}
	isKept := k.tap.keep(p, waiting, kind, before, after, over)
	k.sequence++
	switch {
	case isKept:
	case k.sequence == 1:
		k.isMissed = true
		isKept = k.isOver // there is nothing to wait for
	case k.isOver:
		k.sequence--
		return false
	default:
		k.asked.isCut, k.content.isCut = true, true
	}
	k.n = 0
	if k.isOver || k.isStream || k.isMissed {
		k.release()
	}
	return isKept
}

// release gives back the room for what waits.
func (k *Track) release() {
	k.n = 0
	if k.wait != nil {
		waits.Put(k.wait)
		k.wait = nil
	}
}

// sweep hands over what waits in a track that has waited long enough, and reports
// whether something waits on. One that had ended is freed when all has gone.
func (k *Track) sweep() (waits bool) {
	k.mu.Lock()
	wasLate := k.isLate
	waits = !k.flush(0, nil, nil) && wasLate
	k.isLate = waits
	isFree := wasLate && !waits
	if isFree && k.isMissed {
		k.leave()
	}
	k.mu.Unlock()
	if isFree {
		tracks.Put(k)
	}
	return waits
}

// A trackList is a list of tracks, the oldest one first.
type trackList struct{ first, last *Track }

func (l *trackList) add(k *Track) {
	k.prev, k.next = l.last, nil
	if l.last == nil {
		l.first = k
	} else {
		l.last.next = k
	}
	l.last = k
}

func (l *trackList) remove(k *Track) {
	if k.prev == nil {
		l.first = k.next
	} else {
		k.prev.next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		k.next.prev = k.prev
	}
	k.prev, k.next = nil, nil
}
