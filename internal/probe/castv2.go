package probe

import (
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// CastV2 is how senders steer a Chromecast and its like: messages inside TLS,
// each with its length before it, in the protocol buffer CastMessage of
// Chromium's cast_channel.proto. A heartbeat is answered by one; nothing is
// started and nothing on the screen changes.
var CastV2 = Probe{
	Name:  "castv2",
	TLS:   true,
	Ports: []uint16{8009},
	Speak: func(c *Conn) (limen.Service, bool) {
		const heartbeat = "urn:x-cast:com.google.cast.tp.heartbeat"
		c.Write(castMessage("urn:x-cast:com.google.cast.tp.connection", `{"type":"CONNECT"}`))
		c.Write(castMessage(heartbeat, `{"type":"PING"}`))
		for range 4 { // it may say something of its own first
			size := c.Next(4)
			if size == nil {
				break
			}
			message := string(c.Next(int(binary.BigEndian.Uint32(size))))
			if strings.Contains(message, heartbeat) && (strings.Contains(message, `"PONG"`) || strings.Contains(message, `"PING"`)) {
				return limen.Service{
					Protocol: "castv2", Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
					Evidence: c.Said("the answer to a heartbeat", message[strings.Index(message, heartbeat):]),
				}, true
			}
		}
		return limen.Service{}, false
	},
}

// castMessage is a CastMessage with its length before it. Fields are a tag,
// number<<3|kind, and their value: kind 0 a number, kind 2 a length and bytes.
// All that is sent here is shorter than 128, so each length is one byte.
func castMessage(namespace, payload string) []byte {
	text := func(tag byte, s string) string { return string([]byte{tag, byte(len(s))}) + s }
	m := "\x08\x00" + // protocol_version: CASTV2_1_0
		text(2<<3|2, "sender-0") + text(3<<3|2, "receiver-0") + text(4<<3|2, namespace) +
		"\x28\x00" + // payload_type: STRING
		text(6<<3|2, payload)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(m))), m...)
}
