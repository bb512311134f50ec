package proxy

// A freight is a body that is passed on as it comes, in either direction, once it is
// clear that it is one. Its zero value is no body.
type freight struct {
	framing framing
	left    uint64 // of a body with a length
	parts   chunks // of one in chunks
	tail    []byte // of such a one, what stands behind the last chunk
	isDone  bool
}

// begin makes a freight ready for the body of a message.
func (f *freight) begin(h *head) {
	*f = freight{framing: h.framing, left: h.length, tail: f.tail[:0], parts: chunks{line: f.parts.line[:0], isAnswer: h.isAnswer}}
	f.isDone = h.framing == framedByNothing
}

// follow returns how many of the next bytes belong to the body, and how many of
// those go on as they are: all but trailers, which end returns.
func (f *freight) follow(b []byte) (taken, plain int, why breach) {
	switch f.framing {
	case framedByLength:
		taken = int(min(f.left, uint64(len(b))))
		f.left -= uint64(taken)
		f.isDone = f.left == 0
		return taken, taken, 0
	case framedByChunks:
		plain, why = f.parts.until(chunkTrailer, b)
		if why != 0 || f.parts.state < chunkTrailer {
			return plain, plain, why
		}
		n, why := f.parts.follow(b[plain:])
		f.tail = append(f.tail, b[plain:plain+n]...)
		f.isDone = f.parts.state == chunkDone
		return plain + n, plain, why
	case framedByClose:
		return len(b), len(b), 0
	}
	return 0, 0, 0
}

// end appends what a body that is done ends with: the trailers that may go on.
func (f *freight) end(out []byte) []byte {
	if f.framing != framedByChunks {
		return out
	}
	for at := 0; at < len(f.tail); {
		end := at
		for f.tail[end] != '\n' { // each line has one, or it would not be done
			end++
		}
		if line := (span{uint32(at), uint32(end - 1)}); line.from == line.to || f.mayPass(line) {
			out = append(out, f.tail[at:end+1]...)
		}
		at = end + 1
	}
	return out
}

// mayPass reports whether a trailer goes on; see addTrailers and exchange.trailers.
func (f *freight) mayPass(line span) bool {
	field, why := fieldOf(f.tail, line)
	if why != 0 {
		return false
	}
	name := field.name.of(f.tail)
	return fateOf(name)&(fateHop|fateKept|fateWord) == 0 && (f.parts.isAnswer || !isForHeads(name))
}
