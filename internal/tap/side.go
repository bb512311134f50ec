package tap

import (
	"strconv"

	"github.com/limenhq/limen"
)

// A side is a request or an answer, as it is put together from what was kept.
type side struct {
	fields, trailers []limen.Field
	isChunked        bool
	isCut            bool // there is a hole in it: nothing behind it makes sense
	keeps            bool // its body is wanted
	chunks           chunks
	body             []byte
	size             int64 // of the body, as far as it was seen
	came             int64 // bytes that were seen, with what frames them
}

// begin takes the fields of the head.
func (s *side) begin(fields []limen.Field, isTwo bool) {
	if s.isChunked = isChunked(fields); s.isChunked && isTwo {
		fields = without(fields, "Transfer-Encoding") // in HTTP/2 frames do that, and the proxy tells them so
	}
	s.fields = fields
}

func without(fields []limen.Field, name string) (left []limen.Field) {
	for _, f := range fields {
		if f.Name != name {
			left = append(left, f)
		}
	}
	return left
}

// take takes a part of the body as it was framed, and gives what is in it.
func (s *side) take(part []byte, give func([]byte)) {
	if s.came += int64(len(part)); s.isCut {
		return
	}
	if !s.isChunked {
		s.add(part, give)
		return
	}
	if !s.chunks.take(part, func(data []byte) { s.add(data, give) }) {
		s.isCut = true
	}
	if s.chunks.isDone {
		s.trailers = parseFields(s.chunks.trailer)
	}
}

func (s *side) add(data []byte, give func([]byte)) {
	s.size += int64(len(data))
	if s.keeps {
		s.body = append(s.body, data[:min(len(data), bodyMost-len(s.body))]...)
	}
	if give != nil {
		give(data)
	}
}

// end takes how many bytes there were in all, with what framed them. That is told
// from the rest only in what was kept. Of chunks the last may be missing, as in a
// stream that somebody has left, and in those that the proxy has made.
func (s *side) end(all int64) {
	if !s.isChunked || s.came < all && !s.chunks.isDone {
		s.size = max(s.size, all)
	}
}

// announced is how long the body was to be; zero if the head does not say that.
func (s *side) announced() int64 {
	n, err := strconv.ParseInt(valueOf(s.fields, "Content-Length"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// message is what there is of the side.
func (s *side) message() limen.Message {
	return limen.Message{Fields: s.fields, Body: s.body, Size: s.size, Trailers: s.trailers}
}
