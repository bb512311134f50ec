package proxy

// readBody sends what comes of the body to the upstream, and reports whether all has.
func (h *hot) readBody() bool {
	r := &h.reading
	bulk := buffers.Get().(*[]byte)
	defer buffers.Put(bulk)
	defer r.since.Store(0)
	watch := newVigil(h.guest, h.lose)
	defer watch.end()
	for !h.asked.isDone {
		into := *bulk
		if !r.isTooMuch && len(h.in) < hotMost {
			h.tape.mu.Lock()
			h.in = roomIn(h.in)
			h.tape.mu.Unlock()
			into = h.in[len(h.in):cap(h.in)]
		} else if !r.isTooMuch {
			h.tape.start(h)
			r.isTooMuch = true
		}
		r.since.Store(h.guest.crowd.clock.Load())
		n, err := h.conn.Read(into)
		if n == 0 && !h.isPassing(err) || n > 0 && !h.take(into[:n], watch) {
			return false
		}
		r.since.Store(0)
	}
	return true
}

// take sends a part of the body.
func (h *hot) take(part []byte, watch *vigil) bool {
	plain, why := h.follow(part)
	if h.asked.isDone {
		h.reading.isWhole.Store(true) // before the upstream can answer to it
	}
	watch.hand(h.lacks())
	defer watch.taken()
	h.tether.Write(part[:plain]) // that it takes nothing, reading tells
	if why != 0 {
		h.giveUp(why)
		return false
	}
	if h.asked.isDone && h.asked.framing == framedByChunks {
		h.tether.Write(h.asked.end(nil))
	}
	return true
}

// follow takes a part of the body in, and returns how much of it goes on as it is.
func (h *hot) follow(part []byte) (plain int, why breach) {
	r := &h.reading
	h.tape.mu.Lock()
	defer h.tape.mu.Unlock()
	taken, plain, why := h.asked.follow(part)
	if r.isTooMuch {
		r.behind = append(r.behind, part[taken:]...)
	} else {
		h.in = h.in[:len(h.in)+len(part)]
		r.end += taken
	}
	h.tape.asked(part[:taken])
	return plain, why
}

// lacks is how much the client has yet to send, at the least; see vigil.
func (h *hot) lacks() uint64 {
	if h.secret != nil && !h.asked.isDone {
		return everything
	}
	return leastLeft(h.asked.framing, h.asked.left, &h.asked.parts)
}
