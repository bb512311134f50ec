package proxy

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

const (
	// h2Preface is what every client sends first (RFC 9113, section 3.4).
	h2Preface = http2.ClientPreface

	// h2HeadSize is the size of what every frame begins with (section 4.1).
	h2HeadSize = 9

	// h2FrameSize is the longest payload that we take, and send: the initial
	// value of SETTINGS_MAX_FRAME_SIZE (section 6.5.2). It is also the longest
	// record of TLS (RFC 8446, section 5.1), so more would gain nothing.
	h2FrameSize = 16 << 10

	// h2InitialWindow is the window of a connection, and of each stream, before
	// anybody has said otherwise (section 6.9.2).
	h2InitialWindow = 65535

	// h2MaxWindow is the largest window that there may be (section 6.9.1).
	h2MaxWindow = 1<<31 - 1

	// h2MaxID is the highest number of a stream (section 5.1.1).
	h2MaxID = 1<<31 - 1
)

// The flags of RFC 9113, section 6, each for the frames that have it.
const (
	h2EndStream  http2.Flags = 0x1
	h2Ack        http2.Flags = 0x1
	h2EndHeaders http2.Flags = 0x4
	h2Padded     http2.Flags = 0x8
	h2Priority   http2.Flags = 0x20
)

// An h2Frame is one frame. Its payload is valid until the next one is read.
type h2Frame struct {
	kind    http2.FrameType
	flags   http2.Flags
	stream  uint32
	payload []byte
}

// parseH2Head reads what a frame begins with, and returns the length of what
// follows. The reserved bit before the stream's number is ignored, as section
// 4.1 asks.
func parseH2Head(b []byte) (f h2Frame, length int) {
	_ = b[h2HeadSize-1]
	f.kind, f.flags = http2.FrameType(b[3]), http2.Flags(b[4])
	f.stream = binary.BigEndian.Uint32(b[5:]) & h2MaxID
	return f, int(b[0])<<16 | int(b[1])<<8 | int(b[2])
}

// content returns the payload of a frame that may be padded, without padding and
// its length (RFC 9113, sections 6.1 and 6.2).
func (f h2Frame) content() ([]byte, error) {
	if f.flags&h2Padded == 0 {
		return f.payload, nil
	}
	if len(f.payload) == 0 {
		return nil, h2Breach(h2BadSize, "a padded frame without the length of its padding")
	}
	content, padding := f.payload[1:], int(f.payload[0])
	if padding > len(content) {
		return nil, h2Breach(h2Protocol, "more padding than frame")
	}
	return content[:len(content)-padding], nil
}

// fragment returns the part of a field block that a HEADERS frame has: all of it
// but padding and the priority, which is deprecated (RFC 9113, section 5.3.2).
func (f h2Frame) fragment() ([]byte, error) {
	content, err := f.content()
	if err != nil || f.flags&h2Priority == 0 {
		return content, err
	}
	if len(content) < 5 {
		return nil, h2Breach(h2BadSize, "a HEADERS frame too short for its priority")
	}
	return content[5:], nil
}

func appendH2Head(b []byte, kind http2.FrameType, flags http2.Flags, stream uint32, length int) []byte {
	return append(b, byte(length>>16), byte(length>>8), byte(length), byte(kind), byte(flags),
		byte(stream>>24), byte(stream>>16), byte(stream>>8), byte(stream))
}

func appendH2Settings(b []byte, all ...http2.Setting) []byte {
	b = appendH2Head(b, http2.FrameSettings, 0, 0, 6*len(all))
	for _, s := range all {
		b = binary.BigEndian.AppendUint16(b, uint16(s.ID))
		b = binary.BigEndian.AppendUint32(b, s.Val)
	}
	return b
}

func appendH2Ping(b []byte, flags http2.Flags, payload [8]byte) []byte {
	b = appendH2Head(b, http2.FramePing, flags, 0, len(payload))
	return append(b, payload[:]...)
}

func appendH2Window(b []byte, stream uint32, n int32) []byte {
	b = appendH2Head(b, http2.FrameWindowUpdate, 0, stream, 4)
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

func appendH2Reset(b []byte, stream uint32, code http2.ErrCode) []byte {
	b = appendH2Head(b, http2.FrameRSTStream, 0, stream, 4)
	return binary.BigEndian.AppendUint32(b, uint32(code))
}

func appendH2GoAway(b []byte, last uint32, code http2.ErrCode, why string) []byte {
	b = appendH2Head(b, http2.FrameGoAway, 0, 0, 8+len(why))
	b = binary.BigEndian.AppendUint32(b, last)
	b = binary.BigEndian.AppendUint32(b, uint32(code))
	return append(b, why...)
}

// appendH2Fields appends a field block: a HEADERS frame, and as many
// CONTINUATION frames as it takes (RFC 9113, section 4.3).
func appendH2Fields(b []byte, flags http2.Flags, stream uint32, block []byte) []byte {
	kind := http2.FrameHeaders
	for len(block) > h2FrameSize {
		b = appendH2Head(b, kind, flags, stream, h2FrameSize)
		b = append(b, block[:h2FrameSize]...)
		block, kind, flags = block[h2FrameSize:], http2.FrameContinuation, 0
	}
	b = appendH2Head(b, kind, flags|h2EndHeaders, stream, len(block))
	return append(b, block...)
}
