package tap

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A story is what is known of a request, as it is put together from the pieces that
// were kept of it.
type story struct {
	exchange limen.Exchange
	number   uint64
	request  side
	answer   side

	said, told talk // of a stream; nil if what goes that way is not one
	keeps      bool // bodies and messages are wanted, and not only how many there are
	most       int  // bytes of a message that are kept; zero means bodyMost
	frame      func(limen.Frame)
	now        time.Time // when what is read now was said

	sequence   uint64 // of the next piece
	hasEnded   bool
	isAnswered bool
	isLong     bool // whoever watched was told that it goes on
	isTorn     bool // a piece is missing
	isShort    bool // less was kept of bodies, for too much went by
	isWrong    bool // a piece is none
}

// A talk reads what goes one way in a stream.
type talk interface {
	take([]byte)
	keep(isKept bool) // bodies of messages from now on
}

// newStory returns a story of which nothing is known. Frame is called with each
// message of a stream, if it is not nil; what it is given is the story's, and changes.
func newStory(id string, number uint64, keeps bool, frame func(limen.Frame)) *story {
	s := &story{number: number, keeps: keeps, frame: frame}
	s.exchange.ID = id
	s.exchange.Open = true
	s.request.keeps, s.answer.keeps = keeps, keeps
	return s
}

// take takes the next piece.
func (s *story) take(p piece) {
	if p.sequence != s.sequence {
		s.tear()
	}
	s.sequence = p.sequence + 1
	s.isShort = s.isShort || p.isShort
	for b := p.parts; len(b) > 0; {
		one, rest, err := parsePart(b)
		if err != nil {
			s.isWrong = true
			s.tear()
			return
		}
		b = rest
		s.add(one)
	}
}

// tear notes a hole, behind which nothing can be made of bodies.
func (s *story) tear() {
	s.isTorn, s.request.isCut, s.answer.isCut = true, true, true
	s.said, s.told = nil, nil
}

// add takes a part.
func (s *story) add(p part) {
	if s.hasEnded {
		return
	}
	switch p.kind {
	case partBegun:
		s.begin(p)
	case partAsked:
		s.request.take(p.body, nil)
	case partAnswered:
		s.answered(p)
	case partContent:
		s.answer.take(p.body, nil)
	case partSaid:
		s.now = p.at
		s.request.take(p.body, listener(s.said))
	case partTold:
		s.now = p.at
		s.answer.take(p.body, listener(s.told))
	case partJoined:
		s.join(p.at)
	case partEnd:
		s.end(p)
	}
	s.exchange.Sent, s.exchange.Received = s.request.size, s.answer.size
}

func listener(t talk) func([]byte) {
	if t == nil {
		return nil
	}
	return t.take
}

// begin takes the head of the request.
func (s *story) begin(p part) {
	x := &s.exchange
	from, head := parseWay(p.body)
	first, fields := parseHead(head)
	method, line, _ := strings.Cut(first, " ")
	target, protocol, _ := strings.Cut(line, " ")
	x.Time, x.Client, x.Method, x.Protocol = p.at, from.Client, method, protocol
	x.URL, x.Call = urlOf(target, fields, from.IsSecret), callOf(target, fields)
	if from.Route != nil {
		x.Name, x.Target = from.Route.Name, from.Route.Target.String()
	}
	s.request.begin(fields, s.isTwo())
}

func (s *story) isTwo() bool { return strings.HasPrefix(s.exchange.Protocol, "HTTP/2") }

// answered takes the head of the answer.
func (s *story) answered(p part) {
	x := &s.exchange
	first, fields := parseHead(p.body)
	s.isAnswered = true
	x.Status, x.FirstByte, x.Media = int(statusOf([]byte(first))), p.at.Sub(x.Time), mediaOf(fields)
	s.answer.begin(fields, s.isTwo())
	if s.isTorn {
		return
	}
	switch {
	case s.isSocket():
		s.request.keeps, s.answer.keeps = false, false // what is said is in the messages
		s.request.isChunked, s.answer.isChunked = false, false
		extensions := valueOf(fields, "Sec-Websocket-Extensions")
		s.said = &socket{tell: s.message(true), keeps: s.keeps, most: s.most, plain: newInflater(extensions, "client_no_context_takeover")}
		s.told = &socket{tell: s.message(false), keeps: s.keeps, most: s.most, plain: newInflater(extensions, "server_no_context_takeover")}
	case x.Media == "text/event-stream" && valueOf(fields, "Content-Encoding") == "":
		s.told = &events{tell: s.message(false), keeps: s.keeps, most: s.most}
	}
}

// join notes that what follows is not the beginning of a tunnel.
func (s *story) join(at time.Time) {
	s.exchange.Joined, s.exchange.FirstByte = at, 0 // that nobody has measured
	for _, t := range []talk{s.said, s.told} {
		if one, ok := t.(*socket); ok {
			one.miss()
		}
	}
}

// isSocket reports whether client and server have agreed on a WebSocket, in
// HTTP/1.1 (RFC 6455, section 4) or in HTTP/2 (RFC 8441, section 5).
func (s *story) isSocket() bool {
	if s.exchange.Status == 101 {
		return hasWord(valueOf(s.answer.fields, "Upgrade"), "websocket")
	}
	return s.exchange.Status/100 == 2 && s.exchange.Method == "CONNECT" && valueOf(s.request.fields, ":protocol") == "websocket"
}

// isStream reports whether the answer has no end that is worth waiting for.
func (s *story) isStream() bool { return s.said != nil || s.told != nil || s.exchange.Status == 101 }

// heed has messages of a stream wanted from now on, or only counted.
func (s *story) heed(keeps bool) {
	s.keeps = keeps
	for _, t := range []talk{s.said, s.told} {
		if t != nil {
			t.keep(keeps)
		}
	}
}

// message tells of a message of a stream.
func (s *story) message(fromClient bool) func(limen.FrameKind, []byte, int64) {
	return func(kind limen.FrameKind, body []byte, size int64) {
		s.exchange.Frames++
		if s.frame != nil {
			s.frame(limen.Frame{Exchange: s.exchange.ID, Time: s.now, FromClient: fromClient, Kind: kind, Body: body, Size: size})
		}
	}
}

// end takes the sums.
func (s *story) end(p part) {
	x := &s.exchange
	s.hasEnded, x.Open, x.Total = true, false, p.at.Sub(x.Time)
	b := p.body
	if len(b) < 10 {
		s.isWrong = true
		return
	}
	answered, status := int64(binary.LittleEndian.Uint64(b)), binary.LittleEndian.Uint16(b[8:])
	if x.Status == 0 && status > 0 { // of a head that was not kept
		x.Status, x.FirstByte = int(status), time.Unix(0, answered).Sub(x.Time)
	}
	b = b[10:]
	for _, s := range []*side{&s.request, &s.answer} {
		all, n := binary.Uvarint(b)
		if n <= 0 || all > 1<<62 {
			return
		}
		b = b[n:]
		s.end(int64(all))
	}
	x.Fault = string(b)
	if x.Call != "" && x.Fault == "" {
		if x.Fault = failureOf(s.answer.trailers); x.Fault == "" {
			x.Fault = failureOf(s.answer.fields)
		}
	}
}

// clientOf returns which connection a piece that begins a request belongs to.
func clientOf(p piece) (from netip.AddrPort, here netip.AddrPort, at time.Time, ok bool) {
	one, _, err := parsePart(p.parts)
	if err != nil || one.kind != partBegun || len(one.body) == 0 {
		return from, here, at, false
	}
	client, rest := cutText(one.body[1:])
	ours, _ := cutText(rest)
	if from.UnmarshalBinary(client) != nil || here.UnmarshalBinary(ours) != nil {
		return from, here, at, false
	}
	return from, here, one.at, true
}
