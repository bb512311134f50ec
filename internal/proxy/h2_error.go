package proxy

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// The codes of RFC 9113, section 7 that we send.
const (
	h2NoError     = http2.ErrCodeNo
	h2Protocol    = http2.ErrCodeProtocol
	h2Internal    = http2.ErrCodeInternal
	h2FlowControl = http2.ErrCodeFlowControl
	h2Closed      = http2.ErrCodeStreamClosed
	h2BadSize     = http2.ErrCodeFrameSize
	h2Refused     = http2.ErrCodeRefusedStream
	h2Compression = http2.ErrCodeCompression
	h2Calm        = http2.ErrCodeEnhanceYourCalm
)

// errH2Over says that a connection has ended as it should.
var errH2Over = errors.New("the connection is over")

// An h2Error is a breach of the protocol, and what it ends: a stream (RFC 9113,
// section 5.4.2), or, if stream is zero, the connection (section 5.4.1).
type h2Error struct {
	stream uint32
	code   http2.ErrCode
	why    string
}

func (e *h2Error) Error() string {
	if e.stream == 0 {
		return fmt.Sprintf("http/2 connection ended with %v: %s", e.code, e.why)
	}
	return fmt.Sprintf("http/2 stream %d ended with %v: %s", e.stream, e.code, e.why)
}

// h2Breach is one that ends the connection.
func h2Breach(code http2.ErrCode, why string) error { return &h2Error{code: code, why: why} }

// h2StreamBreach is one that ends a stream.
func h2StreamBreach(id uint32, code http2.ErrCode, why string) error {
	return &h2Error{stream: id, code: code, why: why}
}
