package tap

import (
	"encoding/binary"
	"errors"
	"time"
)

// What is kept of a request is written in pieces, mostly in one:
//
//	length   4 bytes, of all that follows
//	number   8 bytes, of the request; 0 for what belongs to none
//	flags    1 byte
//	sequence uvarint: 0 for its first piece, and then counted
//	parts    each a kind, its length as uvarint, and as many bytes
//
// Numbers of fixed length have their lowest byte first. A part of some kinds begins
// with its time: 8 bytes, in nanoseconds since 1970.
const (
	pieceHeadMost = 4 + 8 + 1 + binary.MaxVarintLen32
	partHeadMost  = 1 + binary.MaxVarintLen32
)

// Of a request nothing follows; less was kept of its bodies than usual.
const (
	flagLast = 1 << iota
	flagShort
)

// A partKind says what is in a part.
type partKind byte

const (
	partBegun    partKind = iota + 1 // time, way, head of the request
	partAsked                        // of its body
	partAnswered                     // time, head of the answer
	partContent                      // of its body
	partSaid                         // time, what the client said in a stream
	partTold                         // time, what it was told
	partEnd                          // time, sums
	partWhose                        // time, address of a client, and its process
	partJoined                       // time, since when a tunnel is heard that went on before
)

var timed = [...]bool{partBegun: true, partAnswered: true, partSaid: true, partTold: true, partEnd: true, partWhose: true, partJoined: true}

var errPiece = errors.New("it is no piece of what limen keeps")

// A piece is one of a request, as it is read.
type piece struct {
	number   uint64
	isLast   bool
	isShort  bool
	sequence uint64
	parts    []byte
}

// appendPieceHead writes what stands before the parts, of so many bytes.
func appendPieceHead(b []byte, p piece, parts int) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, p.number)
	flags := byte(0)
	if p.isLast {
		flags |= flagLast
	}
	if p.isShort {
		flags |= flagShort
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, p.sequence)
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-4+parts))
	return b
}

// parsePiece reads the piece that bytes begin with, and returns those behind it.
func parsePiece(b []byte) (p piece, rest []byte, err error) {
	if len(b) < 4 {
		return piece{}, nil, errPiece
	}
	size := uint64(binary.LittleEndian.Uint32(b))
	if b = b[4:]; size > uint64(len(b)) || size < 10 {
		return piece{}, nil, errPiece
	}
	b, rest = b[:size], b[size:]
	p = piece{number: binary.LittleEndian.Uint64(b), isLast: b[8]&flagLast != 0, isShort: b[8]&flagShort != 0}
	sequence, n := binary.Uvarint(b[9:])
	if n <= 0 {
		return piece{}, nil, errPiece
	}
	p.sequence, p.parts = sequence, b[9+n:]
	return p, rest, nil
}

// appendPartHead writes what stands before the bytes of a part.
func appendPartHead(b []byte, kind partKind, size int) []byte {
	return binary.AppendUvarint(append(b, byte(kind)), uint64(size))
}

// appendTime writes a time as parts have it.
func appendTime(b []byte, at int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(at)) }

// A part is one of a piece, as it is read.
type part struct {
	kind partKind
	at   time.Time // zero if its kind has none
	body []byte
}

// parsePart reads the part that bytes begin with, and returns those behind it.
func parsePart(b []byte) (p part, rest []byte, err error) {
	if len(b) == 0 {
		return part{}, nil, errPiece
	}
	p.kind = partKind(b[0])
	size, n := binary.Uvarint(b[1:])
	if n <= 0 || size > uint64(len(b)-1-n) {
		return part{}, nil, errPiece
	}
	p.body, rest = b[1+n:1+n+int(size)], b[1+n+int(size):]
	if int(p.kind) < len(timed) && timed[p.kind] {
		if len(p.body) < 8 {
			return part{}, nil, errPiece
		}
		p.at = time.Unix(0, int64(binary.LittleEndian.Uint64(p.body))).UTC()
		p.body = p.body[8:]
	}
	return p, rest, nil
}

// appendText writes a text with its length, or the beginning of a longer one than
// anybody has.
func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), textMost)]
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

const textMost = 1 << 10

// cutText reads what appendText wrote. Of nothing it reads nothing.
func cutText(b []byte) (text, rest []byte) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil
	}
	return b[n : n+int(size)], b[n+int(size):]
}
