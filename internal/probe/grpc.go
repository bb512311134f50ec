package probe

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/limenhq/limen"
)

// GRPC asks a server which services it has, by reflection: a call that only
// reads. One that keeps them to itself refuses in gRPC's own words, which
// proves it as well.
var GRPC = Probe{
	Name:      "grpc",
	Ports:     []uint16{50051},
	Programs:  []string{"grpc", "grpcio", "@grpc/grpc-js", "grpc-server", "grpc_server", "containerd"},
	ALPN:      []string{"h2"},
	Greets:    isSettings,
	Complains: isSettings,
	Speak: func(c *Conn) (limen.Service, bool) {
		a := askReflection(c)
		switch {
		case strings.HasPrefix(a.kind, "application/grpc"):
			return a.grpc(c), true
		case a.status != "":
			s := limen.Service{Protocol: "http", Confidence: limen.Exchanged, Evidence: c.Said("the answer to a request in HTTP/2", a.status)}
			if c.Secure() {
				s.Protocol = "https"
			}
			return s, true
		}
		return limen.Service{}, false
	},
}

// isSettings reports whether first begins with the frame that servers of
// HTTP/2 begin with (RFC 9113 §3.4, §6.5): pairs of six bytes, on stream 0.
func isSettings(first []byte) bool {
	return len(first) >= 9 && first[0] == 0 && first[1] == 0 && first[2]%6 == 0 && bytes.Equal(first[3:9], []byte{4, 0, 0, 0, 0, 0})
}

// A reflection is what a server answered to a call of its reflection.
type reflection struct {
	status, kind string // of HTTP
	code         string // of gRPC: https://grpc.io/docs/guides/status-codes
	body         []byte
}

// mostFrames is how many frames are read of one answer.
const mostFrames = 64

// listServices is the message that asks for all services, as gRPC frames it:
// not compressed, two bytes long (grpc/reflection/v1/reflection.proto, field
// list_services = 7).
var listServices = []byte{0, 0, 0, 0, 2, 0x3a, 0}

// askReflection calls reflection on stream 1 of a new connection.
func askReflection(c *Conn) (a reflection) {
	c.Send(http2.ClientPreface)
	f := http2.NewFramer(c, c)
	f.SetMaxReadFrameSize(mostBody)
	f.ReadMetaHeaders, f.MaxHeaderListSize = hpack.NewDecoder(4096, nil), 16<<10
	c.fail(f.WriteSettings())
	c.fail(f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, EndHeaders: true, BlockFragment: callHead(c)}))
	c.fail(f.WriteData(1, true, listServices))
	for range mostFrames {
		frame, err := f.ReadFrame()
		if err != nil {
			c.fail(err)
			return a
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				c.fail(f.WriteSettingsAck())
			}
		case *http2.MetaHeadersFrame:
			if a.take(frame); frame.StreamEnded() {
				return a
			}
		case *http2.DataFrame:
			a.body = append(a.body, frame.Data()...)
			if len(a.body) > mostBody || frame.StreamEnded() {
				return a
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return a
		}
	}
	return a
}

// callHead is the head of the call, compressed.
func callHead(c *Conn) []byte {
	var head bytes.Buffer
	scheme := map[bool]string{false: "http", true: "https"}[c.Secure()]
	e := hpack.NewEncoder(&head)
	for _, f := range []hpack.HeaderField{
		{Name: ":method", Value: http.MethodPost}, {Name: ":scheme", Value: scheme},
		{Name: ":path", Value: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}, {Name: ":authority", Value: authority(c)},
		{Name: "content-type", Value: "application/grpc"}, {Name: "te", Value: "trailers"}, {Name: "user-agent", Value: "limen"},
	} {
		c.fail(e.WriteField(f))
	}
	return head.Bytes()
}

// take keeps what a head or a trailer says.
func (a *reflection) take(frame *http2.MetaHeadersFrame) {
	for _, f := range frame.Fields {
		switch f.Name {
		case ":status":
			a.status = f.Value
		case "content-type":
			a.kind = f.Value
		case "grpc-status":
			a.code = f.Value
		}
	}
}

// grpc is the service that answered. Status 16 is UNAUTHENTICATED.
func (a *reflection) grpc(c *Conn) limen.Service {
	s := limen.Service{Protocol: "grpc", Confidence: limen.Exchanged, Evidence: c.Said("the answer to a call of its reflection", fmt.Sprintf("%s, grpc-status %q", a.kind, a.code))}
	if a.code == "16" {
		s.Authentication = limen.AuthenticationRequired
	}
	if names := servicesIn(a.body); len(names) > 0 {
		s.Authentication = limen.AuthenticationNone
		s.Title = oneLine(strings.Join(names, ", "))
		s.Evidence = append(s.Evidence, c.Said("the services it lists", s.Title)...)
	}
	return s
}
